/**
 * The log's clock. It only moves by ticks, each by at most `maxTickMs`, so that a suspended machine
 * or a clock set forward expires nothing; and it is never behind an event.
 */
import { maxTickMs } from "../limits.ts";

export class LogTime {
  #nowMs: number;
  /** The store's clock and the log's at the last tick: the next one counts from both. */
  #lastTickMs: number;
  #atLastTickMs: number;

  /** Starts at the last event's time, or at the store's if there is none. */
  constructor(headAtMs: number, storeNowMs: number) {
    this.#nowMs = headAtMs > 0 ? headAtMs : storeNowMs;
    this.#lastTickMs = storeNowMs;
    this.#atLastTickMs = this.#nowMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /**
   * Moves to the last tick's time plus the store's advance since then. What other writers moved it
   * in between is part of that advance and not added to it: several replicas that tick side by
   * side would else make the log's time run as many times too fast, and expire what is held.
   */
  tick(storeNowMs: number): void {
    const advanceMs = Math.max(0, Math.min(maxTickMs, storeNowMs - this.#lastTickMs));
    this.#nowMs = Math.max(this.#nowMs, this.#atLastTickMs + advanceMs);
    this.#lastTickMs = storeNowMs;
    this.#atLastTickMs = this.#nowMs;
  }

  /** Another writer's event: time is not behind it. */
  observe(atMs: number): void {
    if (atMs > this.#nowMs) this.#nowMs = atMs;
  }
}
