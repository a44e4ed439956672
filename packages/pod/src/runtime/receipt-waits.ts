/** Callers that wait for a message's receipt to reach a state. */
import { accepted, type CommandId, type Outcome, type Receipt, refused } from "@podlane/protocol";
import { openWait } from "../open-wait.ts";

type Wanted = "queued" | "shown";

interface Waiter {
  readonly wanted: Wanted;
  readonly settle: (outcome: Outcome<Receipt>) => void;
}

/** Each is a request of some connection; more than two full ones are a mistake or an attack. */
const maxReceiptWaits = 10_000;

export class ReceiptWaits {
  readonly #waiters = new Map<string, Set<Waiter>>();
  #size = 0;

  /** `current` is the receipt as stored; resolves once it is as wanted or can never be. */
  until(current: Receipt, wanted: Wanted, signal: AbortSignal): Promise<Outcome<Receipt>> {
    if (isReached(current, wanted)) return Promise.resolve(accepted(current));
    const aborted = () => refused("interrupted", "stopped waiting");
    if (signal.aborted) return Promise.resolve(aborted());
    if (this.#size >= maxReceiptWaits) {
      return Promise.resolve(refused("busy", `${maxReceiptWaits} callers wait already`));
    }
    const key = keyOf(current.commandId);
    const onEnd = () => this.#remove(key, waiter);
    const { promise, settle } = openWait<Outcome<Receipt>>({ signal, aborted, onEnd });
    const waiter = { wanted, settle };
    this.#waiters.set(key, (this.#waiters.get(key) ?? new Set<Waiter>()).add(waiter));
    this.#size += 1;
    return promise;
  }

  changed(receipt: Receipt): void {
    for (const { wanted, settle } of this.#waiters.get(keyOf(receipt.commandId)) ?? []) {
      if (isReached(receipt, wanted)) settle(accepted(receipt));
    }
  }

  #remove(key: string, waiter: Waiter): void {
    const waiters = this.#waiters.get(key);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiters.delete(key);
    this.#size -= 1;
  }
}

function isReached({ state }: Receipt, wanted: Wanted): boolean {
  return state === "queued" ? wanted === "queued" : state !== "accepted";
}

function keyOf(id: CommandId): string {
  return `${id.client}/${id.n}`;
}
