/**
 * One timer for all deadlines of a connection: it is set for the nearest, and a fired one looks at
 * all that wait. A timer a request would cost as much as encoding the request.
 */
import type { Clock } from "./clock.ts";

export class DeadlineTimer {
  readonly #clock: Clock;
  readonly #expire: (nowMs: number) => number;
  #setFor = Infinity;
  #cancel: (() => void) | undefined;

  /** `expire` ends what is due at `nowMs` and answers the nearest deadline left, or Infinity. */
  constructor(clock: Clock, expire: (nowMs: number) => number) {
    this.#clock = clock;
    this.#expire = expire;
  }

  /** Answers the deadline `delayMs` from now, and sees to it that `expire` is called then. */
  include(delayMs: number): number {
    const deadline = this.#clock.now() + delayMs;
    if (deadline < this.#setFor) this.#set(deadline, delayMs);
    return deadline;
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#setFor = Infinity;
  }

  #set(deadline: number, delayMs: number): void {
    this.#cancel?.();
    this.#setFor = deadline;
    this.#cancel = this.#clock.after(delayMs, () => this.#fire());
  }

  #fire(): void {
    this.#setFor = Infinity;
    const now = this.#clock.now();
    const next = this.#expire(now);
    if (next < this.#setFor) this.#set(next, Math.max(1, Math.ceil(next - now)));
  }
}
