/** Callers that wait for a message's receipt to reach a state. */
import { accepted, type CommandId, type Outcome, type Receipt, refused } from "@podlane/protocol";

type Wanted = "queued" | "shown";

interface Waiter {
  readonly key: string;
  readonly wanted: Wanted;
  readonly resolve: (outcome: Outcome<Receipt>) => void;
}

const maxReceiptWaits = 10_000;

export class ReceiptWaits {
  readonly #waiters = new Set<Waiter>();

  /** `current` is the receipt as stored; resolves once it is as wanted or can never be. */
  until(current: Receipt, wanted: Wanted, signal: AbortSignal): Promise<Outcome<Receipt>> {
    if (isReached(current, wanted)) return Promise.resolve(accepted(current));
    if (this.#waiters.size >= maxReceiptWaits) {
      return Promise.resolve(refused("busy", `${maxReceiptWaits} callers wait already`));
    }
    return new Promise((resolve) => {
      const waiter: Waiter = {
        key: keyOf(current.commandId),
        wanted,
        resolve: (outcome) => {
          this.#waiters.delete(waiter);
          signal.removeEventListener("abort", giveUp);
          resolve(outcome);
        },
      };
      const giveUp = () => waiter.resolve(refused("interrupted", "stopped waiting"));
      if (signal.aborted) return giveUp();
      this.#waiters.add(waiter);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  changed(receipt: Receipt): void {
    const key = keyOf(receipt.commandId);
    for (const waiter of this.#waiters) {
      if (waiter.key === key && isReached(receipt, waiter.wanted))
        waiter.resolve(accepted(receipt));
    }
  }
}

function isReached({ state }: Receipt, wanted: Wanted): boolean {
  return state === "queued" ? wanted === "queued" : state !== "accepted";
}

function keyOf(id: CommandId): string {
  return `${id.client}/${id.n}`;
}
