/**
 * Joins the host to the coordinator of the same process, over the same protocol that a host on
 * another machine would speak.
 */
import { Host, type HostCalls, type HostSetting, type Peers, type Repository } from "@podlane/pod";
import {
  connectPeer,
  coordinatorMethods,
  createMemoryPair,
  type HostId,
  hostOrderMethods,
  hostReportMethods,
  type PodId,
  podMethods,
  type PodRecord,
  refused,
  type Transport,
} from "@podlane/protocol";
import { dial, mintToken, type StateLayout } from "@podlane/protocol/node";
import { Client } from "../client.ts";
import type { Programs } from "../context.ts";
import { expectOk } from "../failure.ts";
import { packageVersion } from "../version.ts";

export interface AttachOptions {
  readonly accept: (transport: Transport) => void;
  readonly layout: StateLayout;
  readonly repository: Repository;
  readonly hostId: HostId;
  readonly key: Uint8Array;
  readonly programs: Programs;
  readonly environment: NodeJS.ProcessEnv;
  readonly socketOf: (pod: PodId) => string;
  /** Aborted when the server leaves. */
  readonly stopping: AbortSignal;
  readonly note: (text: string) => void;
  readonly onFault: (fault: unknown) => void;
}

/** Pods at once; beyond it the machine swaps long before anything else gives way. */
const capacity = 200;

export async function attachHost(options: AttachOptions): Promise<Host> {
  const { accept, key, layout, repository, environment, programs, socketOf } = options;
  const hello = {
    role: "host" as const,
    token: mintToken(key, { role: "host" }),
    name: "host",
    version: packageVersion,
  };
  const [ours, theirs] = createMemoryPair();
  let coordinator: Client<HostCalls> | null = null;
  const peers = hostPeers(hello, () => coordinator);
  const setting: HostSetting = {
    hostId: options.hostId,
    layout,
    repository,
    environment: podEnvironment(environment),
    podRuntime: programs.podRuntime,
    podCommand: programs.pod,
    scriptEntry: programs.scriptEntry,
    nodeFlags: programs.nodeFlags,
    peers,
    socketOf,
    stopping: options.stopping,
    note: options.note,
    onFault: options.onFault,
  };
  const host = new Host(setting, (method, params) =>
    coordinator === null
      ? Promise.resolve(refused("unavailable", "the host is not attached"))
      : coordinator.ask(method, params as never),
  );
  accept(theirs);
  const connected = await connectPeer(ours, hello, {
    serves: hostOrderMethods,
    handlers: host.handlers,
    calls: { ...coordinatorMethods, ...hostReportMethods },
    onFault: ({ method, error }) => options.note(`${method} failed: ${String(error)}`),
  });
  coordinator = new Client<HostCalls>(expectOk(connected).peer);
  const { pods } = await coordinator.call("pod.list", { all: true });
  await host.adopt(pods.filter((pod) => pod.hostId === host.id));
  await coordinator.call("host.attach", { hostId: host.id, capacity });
  return host;
}

function hostPeers(
  hello: Parameters<typeof connectPeer>[1],
  coordinator: () => Client<HostCalls> | null,
): Peers {
  const dialPod = (socket: string) =>
    dial({ socket, hello, serves: {}, handlers: {}, calls: podMethods });
  return {
    async shutDown(socket, request) {
      const pod = await dialPod(socket);
      if (!pod.ok) return pod;
      const outcome = await pod.value.peer.request("shutdown", request);
      pod.value.peer.close();
      return outcome;
    },
    async deliver(from, event) {
      const log = coordinator();
      if (log === null) return refused("unavailable", "the host is not attached");
      const receiver = await findReceiver(log, from);
      if (receiver === null) return log.ask("inbox.pod_event", { event });
      const { socket } = receiver;
      if (socket === null) return refused("unavailable", "the parent has no socket now");
      const pod = await dialPod(socket);
      if (!pod.ok) return pod;
      const outcome = await pod.value.peer.request("pod_event", { event });
      pod.value.peer.close();
      return outcome;
    },
  };
}

/** The nearest ancestor that has not ended; null: there is none, so it is the operator. */
async function findReceiver(log: Client<HostCalls>, from: PodId): Promise<PodRecord | null> {
  for (let id: PodId | null = from; id !== null;) {
    const found: PodRecord | null = await findRecord(log, id);
    if (found !== null && id !== from && found.exit === null) return found;
    id = found?.parent ?? null;
  }
  return null;
}

async function findRecord(log: Client<HostCalls>, pod: PodId): Promise<PodRecord | null> {
  const found = await log.ask("pod.get", { pod });
  return found.ok ? found.value.pod : null;
}

/** What a pod process needs to run at all; its agent gets less still. */
function podEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => !name.startsWith("GIT_") && !name.startsWith("npm_") && !name.startsWith("POD_"),
  );
  return Object.fromEntries(kept);
}
