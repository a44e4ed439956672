/**
 * Long polls: callers that wait until the state says something. Checked after each flush.
 */
import { type Outcome, refused } from "@podlane/protocol";
import { maxStateWaits } from "../limits.ts";

/** The answer once there is one; null: go on waiting. */
export type Condition<State> = (state: State) => Outcome<unknown> | null;

interface Waiter<State> {
  readonly condition: Condition<State>;
  readonly settle: (outcome: Outcome<unknown>) => void;
}

export class StateWaits<State> {
  readonly #waiters = new Set<Waiter<State>>();

  /**
   * Resolves with what the condition answers after a flush, with `first` if that is an answer
   * already, or with `interrupted` when the caller is gone. Registered before `first` is asked, so
   * no change falls between the two.
   */
  until(
    condition: Condition<State>,
    signal: AbortSignal,
    first: () => Promise<Outcome<unknown> | null>,
  ): Promise<Outcome<unknown>> {
    if (this.#waiters.size >= maxStateWaits) {
      return Promise.resolve(refused("busy", `${maxStateWaits} callers wait already; try later`));
    }
    return new Promise((resolve) => {
      const waiter: Waiter<State> = {
        condition,
        settle: (outcome) => {
          this.#waiters.delete(waiter);
          signal.removeEventListener("abort", onAbort);
          resolve(outcome);
        },
      };
      const onAbort = () => waiter.settle(refused("interrupted", "the caller stopped waiting"));
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiters.add(waiter);
      void first().then((outcome) => {
        if (outcome !== null) waiter.settle(outcome);
      });
    });
  }

  /** To be called with the state after every flush. */
  check(state: State): void {
    for (const waiter of this.#waiters) {
      const outcome = waiter.condition(state);
      if (outcome !== null) waiter.settle(outcome);
    }
  }

  close(): void {
    for (const waiter of this.#waiters) {
      waiter.settle(refused("unavailable", "the coordinator is closing; ask again"));
    }
  }

  get size(): number {
    return this.#waiters.size;
  }
}
