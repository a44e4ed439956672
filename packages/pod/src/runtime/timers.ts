/** The controller's named timers. Setting one again moves it. */
import type { TimerName } from "../core/input.ts";

export class Timers {
  readonly #timers = new Map<TimerName, NodeJS.Timeout>();
  readonly #onTimer: (name: TimerName) => void;
  readonly #nowMs: () => number;

  constructor(onTimer: (name: TimerName) => void, nowMs: () => number) {
    this.#onTimer = onTimer;
    this.#nowMs = nowMs;
  }

  set(name: TimerName, atMs: number): void {
    this.clear(name);
    const fire = () => {
      this.#timers.delete(name);
      this.#onTimer(name);
    };
    this.#timers.set(name, setTimeout(fire, Math.max(0, atMs - this.#nowMs())));
  }

  clear(name: TimerName): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  clearAll(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }
}
