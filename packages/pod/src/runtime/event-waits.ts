/**
 * Waits of a script for something to be taken in: a child's turn, or a notification of a kind.
 * What came before the wait counts if no earlier wait has seen it.
 */
import { accepted, type Outcome, refused } from "@podlane/protocol";
import type { WaitCondition } from "../agent/agent.ts";

/** What a wait can be for: an agent-visible event or a message. */
export interface Occurrence {
  /** A PodEvent kind, or `message`. */
  readonly kind: string;
  readonly podName: string;
}

/** A script that waits for none of its events would keep them for ever. */
const maxUnseen = 4_096;

interface Waiter {
  readonly condition: WaitCondition;
  readonly resolve: (outcome: Outcome<void>) => void;
}

export class EventWaits {
  #unseen: Occurrence[] = [];
  readonly #waiters = new Set<Waiter>();

  take(occurrence: Occurrence): void {
    for (const waiter of this.#waiters) {
      if (!matches(waiter.condition, occurrence)) continue;
      waiter.resolve(accepted(undefined));
      return;
    }
    this.#unseen.push(occurrence);
    if (this.#unseen.length > maxUnseen) this.#unseen.shift();
  }

  until(condition: WaitCondition, signal: AbortSignal): Promise<Outcome<void>> {
    const index = this.#unseen.findIndex((occurrence) => matches(condition, occurrence));
    if (index >= 0) {
      this.#unseen.splice(index, 1);
      return Promise.resolve(accepted(undefined));
    }
    return new Promise((resolve) => {
      const waiter: Waiter = {
        condition,
        resolve: (outcome) => {
          this.#waiters.delete(waiter);
          signal.removeEventListener("abort", giveUp);
          resolve(outcome);
        },
      };
      const giveUp = () => waiter.resolve(refused("interrupted", "stopped waiting"));
      if (signal.aborted) return giveUp();
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiters.add(waiter);
    });
  }
}

function matches(condition: WaitCondition, occurrence: Occurrence): boolean {
  if ("notification" in condition) return occurrence.kind === condition.notification;
  return occurrence.kind === "turn_ended" && occurrence.podName === condition.turnEnded;
}
