/** Runs jobs that share a worktree one after another, in the order they were given. */

export class InOrder {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(job: () => Promise<T>): Promise<T> {
    const done = this.#last.then(job);
    // A failed job fails its caller; those behind it still run.
    this.#last = done.catch(() => undefined);
    return done;
  }
}
