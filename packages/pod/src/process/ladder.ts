/** The ladder that ends processes: SIGTERM, a grace, SIGKILL, and proof that nobody is left. */
import { setTimeout as delay } from "node:timers/promises";

/** After SIGKILL only a process stuck in the kernel stays; waiting longer would hang its caller. */
const killDeadlineMs = 5_000;
/** Nothing tells of the end of a grandchild: the table is looked at, less and less often. */
const firstPauseMs = 5;
const longestPauseMs = 80;

export interface Endable {
  signal(signal: "SIGTERM" | "SIGKILL"): void;
  /** Whether all of it has ended; waits for that at most so long. */
  endsWithin(limitMs: number): Promise<boolean>;
}

/** Resolves to whether the target is proven gone; false only for what is stuck in the kernel. */
export async function endByLadder(target: Endable, graceMs: number): Promise<boolean> {
  target.signal("SIGTERM");
  if (await target.endsWithin(graceMs)) return true;
  target.signal("SIGKILL");
  return target.endsWithin(killDeadlineMs);
}

/** For processes that are not our children: whether `isAlive` turns false in time. */
export async function diesWithin(
  isAlive: () => boolean,
  limitMs: number = killDeadlineMs,
): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  for (let pauseMs = firstPauseMs; isAlive(); pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) return false;
    await delay(Math.min(pauseMs, leftMs));
  }
  return true;
}

/** Whether a promise settles in time; for the end of our own children, which the system tells. */
export function settlesWithin(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), limitMs);
    const settle = () => {
      clearTimeout(timer);
      resolve(true);
    };
    promise.then(settle, settle);
  });
}
