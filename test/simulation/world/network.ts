/**
 * Frames between processes: each takes its time, and some are lost, doubled or overtaken.
 */
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

export class Network {
  readonly #world: World;
  readonly #random: Random;

  constructor(world: World) {
    this.#world = world;
    this.#random = world.random.fork("network");
  }

  /** Delivers a frame, once or, with faults, never or twice. */
  send(deliver: () => void): void {
    const { faults, timeline } = this.#world;
    if (faults.happens("lostFrame")) return;
    const copies = faults.happens("duplicatedFrame") ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) timeline.after(this.#delayMs(), deliver);
  }

  #delayMs(): number {
    const { faults } = this.#world;
    const lateMs = faults.happens("delayedFrame") ? faults.lengthMs(3_000) : 0;
    return 0.05 + this.#random.fraction() * 0.5 + lateMs;
  }
}
