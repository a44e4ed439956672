/** A work queue under test: filled once, drained in measured pieces. */
export interface QueueContender {
  readonly name: string;
  /** Adds so many tasks; not measured. */
  fill(count: number): Promise<void>;
  /**
   * Claims and completes at least `count` tasks with so many workers at once. Answers the seconds
   * until `count` were complete, and every task that was worked on, as often as it was.
   */
  drain(count: number, workers: number): Promise<Drained>;
  close(): Promise<void>;
}

export interface Drained {
  readonly seconds: number;
  readonly worked: readonly string[];
}

/** What the workers of a peer with its own loop count, until there is enough. */
export class Tally {
  readonly worked: string[] = [];
  readonly enough: Promise<void>;
  readonly #count: number;
  readonly #resolve: () => void;
  readonly #startedMs = performance.now();
  #endedMs = 0;

  constructor(count: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.enough = promise;
    this.#resolve = resolve;
    this.#count = count;
  }

  add(id: string): void {
    this.worked.push(id);
    if (this.worked.length !== this.#count) return;
    this.#endedMs = performance.now();
    this.#resolve();
  }

  drained(): Drained {
    return { seconds: (this.#endedMs - this.#startedMs) / 1_000, worked: this.worked };
  }
}
