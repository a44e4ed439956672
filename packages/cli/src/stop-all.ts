/**
 * The end of `pod stop --all`: pods that came up meanwhile, then the server itself when nobody else
 * needs it, so that no process of the workspace is left.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { PodRecord } from "@podlane/protocol";
import { stopServer } from "./stop-server.ts";
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

/**
 * The connections of pods and commands that have just ended are still being taken down: whoever is
 * there after this long is there to stay, and keeps the server.
 */
const patienceMs = 3_000;
const lookEveryMs = 50;

async function stopUnneeded(coordinator: Coordinator): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (await isNeeded(coordinator)) {
    if (performance.now() > deadline) return;
    await pause(lookEveryMs);
  }
  // Refused when somebody came between the look and the stop: it stays for them.
  await stopServer(coordinator, false);
}

async function isNeeded(coordinator: Coordinator): Promise<boolean> {
  const { merges } = await coordinator.call("merge.list", {});
  if (merges.some(({ state }) => state === "checking" || state === "merging")) return true;
  const { clients, livingPods } = await coordinator.call("server.status", {});
  return clients > ownClients || livingPods > 0;
}
