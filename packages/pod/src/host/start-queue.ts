/**
 * How many pods a host brings up at once, first come first served. Many checkouts and process
 * starts at the same time only slow each other, until the last ones miss their deadlines.
 */

/** Enough to keep several cores busy; more pods at once share the same disk. */
const maxStartsAtOnce = 8;

export class StartQueue {
  #free = maxStartsAtOnce;
  readonly #waiting: (() => void)[] = [];

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      // The place goes on to the next one, or back.
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
