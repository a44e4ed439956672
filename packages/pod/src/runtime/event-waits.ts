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
      const verdict = judge(waiter.condition, occurrence);
      if (verdict === null) continue;
      waiter.resolve(verdict);
      return;
    }
    this.#unseen.push(occurrence);
    if (this.#unseen.length > maxUnseen) this.#unseen.shift();
  }

  /** Refused `unavailable` when the awaited child's turn ended in another way, or its pod did. */
  until(condition: WaitCondition, signal: AbortSignal): Promise<Outcome<void>> {
    for (const [index, occurrence] of this.#unseen.entries()) {
      const verdict = judge(condition, occurrence);
      if (verdict === null) continue;
      this.#unseen.splice(index, 1);
      return Promise.resolve(verdict);
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

/** Null: it has nothing to do with the wait. */
function judge(condition: WaitCondition, { kind, podName }: Occurrence): Outcome<void> | null {
  if ("notification" in condition) {
    return kind === condition.notification ? accepted(undefined) : null;
  }
  if (podName !== condition.turnEnded) return null;
  if (kind === "turn_ended") return accepted(undefined);
  const isOver = kind === "errored" || kind === "shut_down";
  return isOver ? refused("unavailable", `${podName} did not finish its turn: ${kind}`) : null;
}
