/** Ends a server that nobody has needed for a while. */
import { idleExitMs } from "@podlane/coordinator";

export interface IdleLimits {
  /** How long nobody has to have needed it. */
  readonly idleMs: number;
  /** Between two looks; it leaves this late at most. */
  readonly lookEveryMs: number;
}

export const idleLimits: IdleLimits = { idleMs: idleExitMs, lookEveryMs: 5_000 };

export interface IdleWatch extends IdleLimits {
  /** Counts who needs the server now. */
  readonly demand: () => number;
  readonly leave: () => void;
}

/** The returned function stops watching. */
export function leaveWhenIdle({ demand, leave, idleMs, lookEveryMs }: IdleWatch): () => void {
  let idleSinceMs: number | null = null;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    idleSinceMs = demand() > 0 ? null : (idleSinceMs ?? nowMs);
    if (idleSinceMs !== null && nowMs - idleSinceMs >= idleMs) leave();
  }, lookEveryMs);
  return () => clearInterval(timer);
}
