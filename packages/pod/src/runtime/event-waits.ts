/**
 * Waits of a script for something to be taken in: a child's turn, or a notification of a kind.
 * What came before the wait counts if no earlier wait has seen it.
 */
import { accepted, type Outcome, type PodId, refused } from "@podlane/protocol";
import type { WaitCondition } from "../agent/agent.ts";
import { openWait } from "../open-wait.ts";

/** What a wait can be for: an agent-visible event or a message. */
export interface Occurrence {
  /** A PodEvent kind, or `message`. */
  readonly kind: string;
  /** Whose event it is; null for a message. */
  readonly pod: { readonly id: PodId; readonly name: string } | null;
}

/** A script that waits for none of its events would keep them for ever. */
const maxUnseen = 4_096;

/** Null: the occurrence has nothing to do with the wait. */
type Judge = (occurrence: Occurrence) => Outcome<void> | null;

interface Waiter {
  readonly judge: Judge;
  readonly settle: (outcome: Outcome<void>) => void;
}

export class EventWaits {
  readonly #unseen: Occurrence[] = [];
  readonly #waiters = new Set<Waiter>();

  take(occurrence: Occurrence): void {
    for (const waiter of this.#waiters) {
      const verdict = waiter.judge(occurrence);
      if (verdict === null) continue;
      waiter.settle(verdict);
      return;
    }
    this.#unseen.push(occurrence);
    if (this.#unseen.length > maxUnseen) this.#unseen.shift();
  }

  /**
   * Refused `unavailable` when the awaited child's turn ended in another way, or its pod did.
   * `child` is the living child of that name: an earlier pod may have had it.
   */
  until(
    condition: WaitCondition,
    child: PodId | null,
    signal: AbortSignal,
  ): Promise<Outcome<void>> {
    const aborted = () => refused("interrupted", "stopped waiting");
    // Before anything is seen: it stays for the next wait.
    if (signal.aborted) return Promise.resolve(aborted());
    const judge = judgeOf(condition, child ?? this.#lastOfName(condition));
    const seen = this.#see(judge);
    if (seen !== null) return Promise.resolve(seen);
    const onEnd = () => void this.#waiters.delete(waiter);
    const { promise, settle } = openWait<Outcome<void>>({ signal, aborted, onEnd });
    const waiter = { judge, settle };
    this.#waiters.add(waiter);
    return promise;
  }

  #see(judge: Judge): Outcome<void> | null {
    for (const [index, occurrence] of this.#unseen.entries()) {
      const verdict = judge(occurrence);
      if (verdict === null) continue;
      this.#unseen.splice(index, 1);
      return verdict;
    }
    return null;
  }

  /** The latest pod of that name which was heard of: it may have ended before anybody waited. */
  #lastOfName(condition: WaitCondition): PodId | null {
    if ("notification" in condition) return null;
    const heard = this.#unseen.findLast(({ pod }) => pod?.name === condition.turnEnded);
    return heard?.pod?.id ?? null;
  }
}

/** With no pod of the name known yet, the first that is heard of is meant. */
function judgeOf(condition: WaitCondition, child: PodId | null): Judge {
  if ("notification" in condition) {
    return ({ kind }) => (kind === condition.notification ? accepted(undefined) : null);
  }
  const name = condition.turnEnded;
  return ({ kind, pod }) => {
    if (pod?.name !== name || (child !== null && pod.id !== child)) return null;
    if (kind === "turn_ended") return accepted(undefined);
    const isOver = kind === "errored" || kind === "shut_down";
    return isOver ? refused("unavailable", `${name} did not finish its turn: ${kind}`) : null;
  };
}
