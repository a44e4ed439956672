/** Puts processes on one core where `taskset` is there: between cores the wake-up decides. */
import { spawnSync } from "node:child_process";

/** Answers how they are pinned, for the report. */
export function pinToOneCore(pids: readonly (number | undefined)[]): string {
  for (const pid of pids) {
    const { status } = spawnSync("taskset", ["-a", "-c", "-p", "0", String(pid)]);
    if (status !== 0) return "not pinned (no taskset)";
  }
  return "all processes on core 0 (taskset)";
}
