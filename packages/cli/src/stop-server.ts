/**
 * Waits for a server that was told to stop: its socket closes before its process has ended, and
 * whoever stopped it must not find it still running.
 */
import { diesWithin, isAlive, startTimeOf } from "@podlane/pod";
import type { Coordinator } from "./coordinator-client.ts";

/** It finishes taking worktrees away and closes its log; one that takes longer, doctor shows. */
const patienceMs = 30_000;

/** Asks the server to stop; true when its process has gone, false when it stays for others. */
export async function stopServer(coordinator: Coordinator, force: boolean): Promise<boolean> {
  const { pid } = await coordinator.call("server.status", {});
  const startTime = startTimeOf(pid);
  const stopped = await coordinator.ask("server.stop", { force });
  if (!stopped.ok) return false;
  await coordinator.peer.closed;
  return startTime === null || diesWithin(() => isAlive({ pid, startTime }), patienceMs);
}
