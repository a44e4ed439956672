/**
 * Time as a peer sees it: monotonic, and injected, so that tests need no sleeps.
 */
export interface Clock {
  /** Monotonic; only differences mean anything. */
  now(): number;
  /** Runs `callback` once, no earlier than in `delayMs`; the answer cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The platform's clock. Its timers do not keep a process alive. */
export const systemClock: Clock = {
  now: typeof performance === "undefined" ? () => Date.now() : () => performance.now(),
  after(delayMs, callback) {
    const timer: unknown = setTimeout(callback, delayMs);
    if (isUnrefable(timer)) timer.unref();
    return () => clearTimeout(timer as ReturnType<typeof setTimeout>);
  },
};

/** Node's timers are objects that can be let go; a browser's are numbers. */
function isUnrefable(timer: unknown): timer is { unref(): void } {
  return typeof timer === "object" && timer !== null && "unref" in timer;
}
