/** A work queue under test: filled once, drained in measured pieces. */
export interface QueueContender {
  readonly name: string;
  /** Adds so many tasks; not measured. */
  fill(count: number): Promise<void>;
  /**
   * Claims and completes at least `count` tasks with so many workers at once. Answers the seconds
   * until they were complete, and every task that was worked on, as often as it was.
   */
  drain(count: number, workers: number): Promise<Drained>;
  close(): Promise<void>;
}

export interface Drained {
  readonly seconds: number;
  readonly worked: readonly string[];
}

/**
 * What the workers of a peer with its own loop count, until there is enough. Its clock starts with
 * the first task: what the loop takes to come up is not held against it.
 */
export class Tally {
  readonly worked: string[] = [];
  readonly enough: Promise<void>;
  readonly #count: number;
  readonly #resolve: () => void;
  #startedMs = 0;

  constructor(count: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.enough = promise;
    this.#resolve = resolve;
    this.#count = count;
  }

  add(id: string): void {
    if (this.worked.length === 0) this.#startedMs = performance.now();
    this.worked.push(id);
    if (this.worked.length === this.#count) this.#resolve();
  }

  /** To be called as soon as all that was worked on is durable. */
  drained(): Drained {
    return { seconds: (performance.now() - this.#startedMs) / 1_000, worked: this.worked };
  }
}
