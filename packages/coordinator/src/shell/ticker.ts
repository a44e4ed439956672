/**
 * The timer that lets a replica's log time pass. It does not keep the process alive.
 */
import { tickEveryMs } from "../limits.ts";
import type { Replica } from "./replica.ts";

/** Ticks every second, one at a time: a slow store skips ticks, it never queues them. */
export function startTicker(replica: Pick<Replica<never>, "tick">): () => void {
  let ticking = false;
  const timer = setInterval(() => {
    if (ticking) return;
    ticking = true;
    void replica.tick().then(() => {
      ticking = false;
    });
  }, tickEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
