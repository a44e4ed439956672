/**
 * The end of `pod stop --all`: pods that came up meanwhile, then the server itself when nobody else
 * needs it, so that no process of the workspace is left.
 */
import type { PodRecord } from "@podlane/protocol";
import type { Coordinator } from "./coordinator-client.ts";

/** A tree that spawns faster than it is stopped is told of, not chased for ever. */
const maxRounds = 5;

/** This command's own connection, and the host's. */
const ownClients = 2;

export async function leaveNothing(
  coordinator: Coordinator,
  endAll: (pods: readonly PodRecord[]) => Promise<ReadonlyMap<string, PodRecord>>,
): Promise<PodRecord[]> {
  const ended = new Map<string, PodRecord>();
  for (let round = 0; round < maxRounds; round += 1) {
    const { pods } = await coordinator.call("pod.list", { all: false });
    if (pods.length === 0) break;
    for (const [id, pod] of await endAll(pods)) ended.set(id, pod);
  }
  await stopUnneeded(coordinator);
  return [...ended.values()];
}

async function stopUnneeded(coordinator: Coordinator): Promise<void> {
  const { merges } = await coordinator.call("merge.list", {});
  if (merges.some(({ state }) => state === "checking" || state === "merging")) return;
  const { clients, livingPods } = await coordinator.call("server.status", {});
  if (clients > ownClients || livingPods > 0) return;
  const stopped = await coordinator.ask("server.stop", {});
  // Somebody came between the look and the stop: it stays for them.
  if (stopped.ok) await coordinator.peer.closed;
}
