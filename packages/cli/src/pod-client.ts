/**
 * Connections to pods' own sockets: found by name or id through the coordinator, or, inside a pod,
 * that pod's own socket from the environment.
 */
import {
  exitCodeOf,
  exitCodes,
  podMethods,
  type PodMethods,
  type PodRecord,
  type ToolResult,
} from "@podlane/protocol";
import { dial } from "@podlane/protocol/node";
import { Client } from "./client.ts";
import { type CommandContext, openWorkspace } from "./context.ts";
import { credentials, type Coordinator } from "./coordinator-client.ts";
import { CommandFailure, expectOk } from "./failure.ts";
import { nearNames } from "./render/near-names.ts";

export type PodClient = Client<PodMethods>;

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

/** Several pods, each as `findPod` finds it; one that is named twice comes once. */
export async function findPods(
  coordinator: Coordinator,
  wanted: readonly string[],
): Promise<PodRecord[]> {
  const { pods } = await coordinator.call("pod.list", { all: true });
  const found = wanted.map((text) => pickPod(pods, text));
  return [...new Map(found.map((pod) => [pod.id, pod])).values()];
}

export async function findPod(coordinator: Coordinator, wanted: string): Promise<PodRecord> {
  const { pods } = await coordinator.call("pod.list", { all: true });
  return pickPod(pods, wanted);
}

/** A pod by name, unique prefix of its id, path, or `@last`. Ambiguity lists the candidates. */
export function pickPod(pods: readonly PodRecord[], wanted: string): PodRecord {
  const last = pods.toSorted((a, b) => b.startedAtMs - a.startedAtMs)[0];
  if (wanted === "@last" && last !== undefined) return last;
  const byName = pods.filter((pod) => pod.name === wanted || pod.path === wanted);
  // A name can come again once its pod has ended: the living one is meant, else the latest.
  const named = byName.find((pod) => pod.exit === null) ?? byName.at(-1);
  if (named !== undefined) return named;
  const byPrefix = wanted === "" ? [] : pods.filter((pod) => pod.id.startsWith(wanted));
  const [only, ...others] = byPrefix;
  if (only !== undefined && others.length === 0) return only;
  if (only !== undefined) {
    const candidates = byPrefix.map((pod) => `${pod.id} (${pod.name})`).join(", ");
    throw new CommandFailure(`'${wanted}' could be ${candidates}`, exitCodes.usage);
  }
  throw new CommandFailure(
    `no pod is called '${wanted}'; ${hint(pods, wanted)}`,
    exitCodes.notFound,
  );
}

function hint(pods: readonly PodRecord[], wanted: string): string {
  const near = nearNames(wanted, [...new Set(pods.map((pod) => pod.name))]);
  if (near.length > 0) return `did you mean ${near.join(" or ")}?`;
  const living = pods.filter((pod) => pod.exit === null).map((pod) => pod.name);
  return living.length === 0 ? "no pod lives (pod ps -a)" : `living pods: ${living.join(", ")}`;
}

/** Calls a tool of the pod this command runs inside: with that pod's rights, on its record. */
export async function callOwnTool(
  context: CommandContext,
  socket: string,
  call: { readonly tool: string; readonly params: unknown },
): Promise<ToolResult> {
  const pod = await dialPod(context, socket);
  const result = await pod.call("tool_call", call);
  pod.close();
  if (result.ok) return result;
  const code = result.code ?? "internal";
  throw new CommandFailure(result.text, exitCodeOf[code], { code, message: result.text });
}
