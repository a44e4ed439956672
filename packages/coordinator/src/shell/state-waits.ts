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
  /** `asking`: its first answer is under way · `missed`: and the state has changed since. */
  phase: "asking" | "missed" | "waiting";
}

export class StateWaits<State> {
  readonly #waiters = new Set<Waiter<State>>();

  /**
   * Resolves with what the condition answers after a flush, with `ask` if that is an answer
   * already, or with `interrupted` when the caller is gone. Until `ask` has answered, the state
   * here may be older than what the caller has seen of another replica, so nothing is read from
   * it; what changes meanwhile makes it ask again.
   */
  until(
    condition: Condition<State>,
    signal: AbortSignal,
    ask: () => Promise<Outcome<unknown> | null>,
  ): Promise<Outcome<unknown>> {
    if (this.#waiters.size >= maxStateWaits) {
      return Promise.resolve(refused("busy", `${maxStateWaits} callers wait already; try later`));
    }
    return new Promise((resolve) => {
      const waiter: Waiter<State> = {
        condition,
        phase: "asking",
        settle: (outcome) => {
          this.#waiters.delete(waiter);
          signal.removeEventListener("abort", onAbort);
          resolve(outcome);
        },
      };
      const onAbort = () => waiter.settle(refused("interrupted", "the caller stopped waiting"));
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiters.add(waiter);
      void this.#ask(waiter, ask);
    });
  }

  /** To be called with the state after every flush. */
  check(state: State): void {
    for (const waiter of this.#waiters) {
      if (waiter.phase !== "waiting") waiter.phase = "missed";
      const outcome = waiter.phase === "waiting" ? waiter.condition(state) : null;
      if (outcome !== null) waiter.settle(outcome);
    }
  }

  async #ask(waiter: Waiter<State>, ask: () => Promise<Outcome<unknown> | null>): Promise<void> {
    while (this.#waiters.has(waiter)) {
      waiter.phase = "asking";
      // oxlint-disable-next-line no-await-in-loop -- asked again only if something was missed
      const outcome = await ask();
      if (outcome !== null) return waiter.settle(outcome);
      if (isMissed(waiter)) continue;
      waiter.phase = "waiting";
      return;
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

/** Apart, for the phase changes while `ask` is awaited, which narrowing does not see. */
function isMissed<State>({ phase }: Waiter<State>): boolean {
  return phase === "missed";
}
