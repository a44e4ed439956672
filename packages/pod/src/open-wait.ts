/** A wait that somebody else settles, or that the abort of its signal ends: whichever is first. */

export interface OpenWait<T> {
  readonly promise: Promise<T>;
  /** Only the first call counts. */
  readonly settle: (value: T) => void;
}

export interface WaitEnd<T> {
  readonly signal: AbortSignal;
  /** What an aborted wait resolves to. */
  readonly aborted: () => T;
  /** Called once, however the wait ends. */
  readonly onEnd?: () => void;
}

/** Keeps no listener on the signal once it is over. */
export function openWait<T>({ signal, aborted, onEnd }: WaitEnd<T>): OpenWait<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  let isOver = false;
  const settle = (value: T) => {
    if (isOver) return;
    isOver = true;
    signal.removeEventListener("abort", giveUp);
    onEnd?.();
    resolve(value);
  };
  const giveUp = () => settle(aborted());
  if (signal.aborted) giveUp();
  else signal.addEventListener("abort", giveUp, { once: true });
  return { promise, settle };
}
