/** Ends a server that nobody has needed for a while. */
import { idleExitMs } from "@podlane/coordinator";

const lookEveryMs = 5_000;

/** `demand` counts who needs the server now; the returned function stops watching. */
export function leaveWhenIdle(demand: () => number, leave: () => void): () => void {
  let idleSinceMs: number | null = null;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    idleSinceMs = demand() > 0 ? null : (idleSinceMs ?? nowMs);
    if (idleSinceMs !== null && nowMs - idleSinceMs >= idleExitMs) leave();
  }, lookEveryMs);
  return () => clearInterval(timer);
}
