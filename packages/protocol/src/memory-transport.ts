/**
 * Two ends of a connection inside one process: for a host and coordinator that share one, and for
 * tests. Delivers in order and never inside `send`, as a socket would.
 */
import type { CloseReason, Link, Receiver, Transport } from "./transport.ts";

export interface MemoryTransportOptions {
  /**
   * Runs the delivery of a tick later. Default: `setImmediate` where there is one, so that two
   * busy peers leave the event loop its turn; else a microtask.
   */
  readonly defer?: (deliver: () => void) => void;
}

/** The two ends; what one sends the other receives. */
export function createMemoryPair(options: MemoryTransportOptions = {}): [Transport, Transport] {
  const defer = options.defer ?? defaultDefer();
  const left = new MemoryEnd(defer);
  const right = new MemoryEnd(defer);
  left.other = right;
  right.other = left;
  return [(receiver) => left.open(receiver), (receiver) => right.open(receiver)];
}

function defaultDefer(): (deliver: () => void) => void {
  const scheduler = globalThis as { setImmediate?: (callback: () => void) => unknown };
  const { setImmediate } = scheduler;
  return setImmediate === undefined
    ? (deliver) => queueMicrotask(deliver)
    : (deliver) => void setImmediate(deliver);
}

/** One end: what the other end sent waits in `#inbox` until this end is open. */
class MemoryEnd implements Link {
  other: MemoryEnd | undefined;
  readonly #defer: (deliver: () => void) => void;
  #receiver: Receiver | undefined;
  #inbox: Uint8Array[] = [];
  inboxBytes = 0;
  #scheduled = false;
  #closing: CloseReason | undefined;
  #closed = false;

  constructor(defer: (deliver: () => void) => void) {
    this.#defer = defer;
  }

  get unsentBytes(): number {
    return this.other === undefined ? 0 : this.other.inboxBytes;
  }

  open(receiver: Receiver): Link {
    this.#receiver = receiver;
    this.#schedule();
    return this;
  }

  send(payload: Uint8Array): void {
    if (!this.#closed && this.#closing === undefined) this.other?.accept(payload.slice());
  }

  close(reason: CloseReason): void {
    this.other?.endAfterInbox({ by: "remote", message: "the other side closed" });
    this.#inbox = [];
    this.inboxBytes = 0;
    this.endAfterInbox(reason);
  }

  accept(payload: Uint8Array): void {
    if (this.#closing !== undefined) return;
    this.#inbox.push(payload);
    this.inboxBytes += payload.length;
    this.#schedule();
  }

  endAfterInbox(reason: CloseReason): void {
    this.#closing ??= reason;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#receiver === undefined) return;
    this.#scheduled = true;
    this.#defer(() => this.#deliver());
  }

  #deliver(): void {
    this.#scheduled = false;
    const receiver = this.#receiver;
    if (receiver === undefined || this.#closed) return;
    const payloads = this.#inbox;
    const hadBytes = this.inboxBytes > 0;
    this.#inbox = [];
    this.inboxBytes = 0;
    const endsNow = this.#closing;
    for (const payload of payloads) {
      if (this.#closing !== endsNow) break;
      receiver.onMessage(payload);
    }
    if (hadBytes) this.other?.drained();
    if (endsNow !== undefined) this.#finish(endsNow);
  }

  drained(): void {
    if (!this.#closed) this.#receiver?.onDrain();
  }

  #finish(reason: CloseReason): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#receiver?.onClose(reason);
  }
}
