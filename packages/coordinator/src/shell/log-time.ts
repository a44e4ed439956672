/**
 * The log's clock. It only moves by ticks, each by at most `maxTickMs`, so that a suspended machine
 * or a clock set forward expires nothing; and it is never behind an event.
 */
import { maxTickMs } from "../limits.ts";

/** Where wall-clock time comes from: the store's clock, so that replicas of one store agree. */
export interface StoreClock {
  nowMs(): number | Promise<number>;
}

export class LogTime {
  #nowMs: number;
  #lastTickMs: number;

  /** Starts at the last event's time, or at the store's if there is none. */
  constructor(headAtMs: number, storeNowMs: number) {
    this.#nowMs = headAtMs > 0 ? headAtMs : storeNowMs;
    this.#lastTickMs = storeNowMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /**
   * Moves by the store's advance since the last tick. A repeat with the same time moves nothing.
   */
  tick(storeNowMs: number): void {
    const advanceMs = storeNowMs - this.#lastTickMs;
    this.#lastTickMs = storeNowMs;
    this.#nowMs += Math.max(0, Math.min(maxTickMs, advanceMs));
  }

  /** Another writer's event: time is not behind it. */
  observe(atMs: number): void {
    if (atMs > this.#nowMs) this.#nowMs = atMs;
  }
}
