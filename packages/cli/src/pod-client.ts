/**
 * Connections to pods' own sockets: found by name or id through the coordinator, or, inside a pod,
 * that pod's own socket from the environment.
 */
import { exitCodes, podMethods, type PodMethods, type PodRecord } from "@podlane/protocol";
import { dial } from "@podlane/protocol/node";
import { Client } from "./client.ts";
import { type CommandContext, openWorkspace } from "./context.ts";
import { credentials, type Coordinator } from "./coordinator-client.ts";
import { CommandFailure, expectOk } from "./failure.ts";

export type PodClient = Client<PodMethods>;

/** The pod this command runs inside, or null. */
export function ownPod(context: CommandContext): { readonly socket: string } | null {
  const socket = context.environment["POD_SOCKET"];
  return socket === undefined || socket === "" ? null : { socket };
}

export async function dialPod(context: CommandContext, socket: string): Promise<PodClient> {
  const workspace = await openWorkspace(context);
  const hello = await credentials(context, workspace);
  const dialled = await dial({ socket, hello, calls: podMethods, serves: {}, handlers: {} });
  return new Client(expectOk(dialled, "the pod does not answer").peer);
}

/** Dials a living pod by its record; ends the command for one that has no process. */
export async function dialRecord(context: CommandContext, pod: PodRecord): Promise<PodClient> {
  if (pod.socket !== null && pod.exit === null) return dialPod(context, pod.socket);
  throw new CommandFailure(
    `pod ${pod.name} is ${pod.state}: it takes no messages`,
    exitCodes.conflict,
  );
}

/** A pod by name, unique prefix of its id, path, or `@last`. Ambiguity lists the candidates. */
export async function findPod(coordinator: Coordinator, wanted: string): Promise<PodRecord> {
  const { pods } = await coordinator.call("pod.list", { all: true });
  const last = pods.toSorted((a, b) => b.startedAtMs - a.startedAtMs)[0];
  if (wanted === "@last" && last !== undefined) return last;
  const byName = pods.filter((pod) => pod.name === wanted || pod.path === wanted);
  // A name can come again once its pod has ended: the living one is meant, else the latest.
  const named = byName.find((pod) => pod.exit === null) ?? byName.at(-1);
  if (named !== undefined) return named;
  const byPrefix = pods.filter((pod) => pod.id.startsWith(wanted));
  const [only, ...others] = byPrefix;
  if (only !== undefined && others.length === 0) return only;
  if (only !== undefined) {
    const candidates = byPrefix.map((pod) => `${pod.id} (${pod.name})`).join(", ");
    throw new CommandFailure(`'${wanted}' could be ${candidates}`, exitCodes.usage);
  }
  const near = pods.filter((pod) => pod.exit === null).map((pod) => pod.name);
  const known = near.length === 0 ? "no pod lives" : `living pods: ${near.join(", ")}`;
  throw new CommandFailure(`no pod is called '${wanted}'; ${known}`, exitCodes.notFound);
}
