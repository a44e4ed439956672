/**
 * Ages of what is on the log are measured with the log's own time, which stands still while no
 * coordinator runs: on the wall clock a pod would seem older than anybody waited for it.
 */
import type { Coordinator } from "./coordinator-client.ts";

/** Answers the log's time now, without asking again. */
export async function readLogClock(coordinator: Coordinator): Promise<() => number> {
  const { logTimeMs } = await coordinator.call("server.status", {});
  const askedAtMs = performance.now();
  return () => logTimeMs + performance.now() - askedAtMs;
}
