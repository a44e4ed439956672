/**
 * What everything in a simulation shares: time, chance, faults, and where to say what happened.
 */
import { Faults } from "./faults.ts";
import { Random } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { Timeline } from "./timeline.ts";

export class World {
  readonly scenario: Scenario;
  readonly timeline = new Timeline();
  readonly random: Random;
  readonly faults: Faults;
  /** What happened, one line each; null when nobody wants to read it. */
  readonly trace: string[] | null;
  /** The first thing that must not be. */
  violation: string | null = null;
  /** The busy time is over: what is open comes to its end. */
  isResting = false;
  /** Forward jumps of the store's clock so far. */
  clockJumps = 0;
  #clockOffsetMs = 1_000_000_000;

  constructor(scenario: Scenario, options: { readonly traced: boolean }) {
    this.scenario = scenario;
    this.random = new Random(`run ${scenario.seed}`);
    this.faults = new Faults(scenario.faults, this.random.fork("faults"));
    this.trace = options.traced ? [] : null;
  }

  /** The store's clock: what replicas of it take for the time. */
  clockMs(): number {
    return Math.floor(this.timeline.nowMs) + this.#clockOffsetMs;
  }

  jumpClock(byMs: number): void {
    this.say(() => `the store's clock jumps by ${Math.round(byMs)} ms`);
    this.#clockOffsetMs += Math.floor(byMs);
    if (byMs > 0) this.clockJumps += 1;
  }

  say(line: () => string): void {
    this.trace?.push(`${this.timeline.nowMs.toFixed(1).padStart(9)} ${line()}`);
  }

  /** The run is over: this must not be. Only the first one counts, the rest may follow from it. */
  fail(violation: string): void {
    this.say(() => `VIOLATION ${violation}`);
    this.violation ??= violation;
  }
}
