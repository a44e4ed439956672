/**
 * The publishing side of one subscription: a bounded queue for a slow reader, and past its bound a
 * gap marker with a snapshot instead of memory that grows.
 */
import { type Gap } from "../envelope.ts";
import { writeEnd, writeEvent, writeGap } from "../envelope/write.ts";
import { maxSubscriptionQueue } from "../limits.ts";
import type { Refusal } from "../outcome.ts";
import type { Wire } from "./wire.ts";

export interface Subscription {
  readonly id: number;
  /** The subscriber left, or `close` was called: publishing does nothing any more. */
  readonly closed: boolean;
  /** `seq` only grows. Never blocks: what the reader is too slow for becomes a gap. */
  publish(seq: number, data: unknown): void;
  /** What was published and not dropped is sent first. */
  close(error?: Refusal): void;
}

export interface SubscriptionOptions {
  /** The state up to and with event `to`, sent in place of events dropped for a slow reader. */
  readonly snapshot?: (gap: Gap) => unknown;
  /** The subscriber left or the connection closed; not called after `close`. */
  readonly onClose?: () => void;
}

export interface PublicationContext {
  readonly wire: Wire;
  readonly positional: boolean;
  onFault(error: unknown): void;
  onEnd(id: number): void;
}

interface QueuedEvent {
  readonly seq: number;
  readonly data: unknown;
}

export class Publication implements Subscription {
  readonly id: number;
  readonly #context: PublicationContext;
  readonly #options: SubscriptionOptions;
  #queue: QueuedEvent[] = [];
  #gap: Gap | undefined;
  /** Events wait until the request that opened this has been answered. */
  #started = false;
  #ending: { readonly error: Refusal | undefined } | undefined;
  #closed = false;

  constructor(id: number, context: PublicationContext, options: SubscriptionOptions) {
    this.id = id;
    this.#context = context;
    this.#options = options;
  }

  get closed(): boolean {
    return this.#closed || this.#ending !== undefined;
  }

  publish(seq: number, data: unknown): void {
    if (this.closed) return;
    if (this.#gap !== undefined) {
      this.#gap = { from: this.#gap.from, to: seq };
    } else if (this.#started && this.#queue.length === 0 && !this.#context.wire.congested) {
      this.#send(seq, data);
    } else {
      this.#enqueue(seq, data);
    }
  }

  close(error?: Refusal): void {
    if (this.closed) return;
    this.#ending = { error };
    this.drain();
  }

  start(): void {
    this.#started = true;
    this.drain();
  }

  /** Sends what waits, as far as the link takes it. */
  drain(): void {
    if (!this.#started || this.#closed) return;
    this.#sendQueue();
    if (this.#gap !== undefined && !this.#context.wire.congested) this.#sendGap(this.#gap);
    if (this.#ending !== undefined && this.#queue.length === 0 && this.#gap === undefined) {
      this.#closed = true;
      this.#context.wire.send(writeEnd(this.id, this.#ending.error));
      this.#context.onEnd(this.id);
    }
  }

  /** The subscriber will read no more. */
  abandon(): void {
    if (this.#closed) return;
    const wasEnding = this.#ending !== undefined;
    this.#closed = true;
    this.#queue = [];
    this.#context.onEnd(this.id);
    if (!wasEnding) this.#guard(() => this.#options.onClose?.());
  }

  #enqueue(seq: number, data: unknown): void {
    if (this.#queue.length < maxSubscriptionQueue) {
      this.#queue.push({ seq, data });
      return;
    }
    this.#gap = { from: this.#queue[0]?.seq ?? seq, to: seq };
    this.#queue = [];
  }

  #sendQueue(): void {
    let sent = 0;
    for (const event of this.#queue) {
      if (this.#context.wire.congested) break;
      this.#send(event.seq, event.data);
      sent += 1;
    }
    if (sent > 0) this.#queue.splice(0, sent);
  }

  /** An event that cannot travel is a gap of one: the reader must know that it missed it. */
  #send(seq: number, data: unknown): void {
    const { wire, positional } = this.#context;
    const error = wire.send(writeEvent({ subscription: this.id, seq, data }, positional));
    if (error === undefined) return;
    this.#context.onFault(error);
    wire.send(writeGap(this.id, { from: seq, to: seq }, undefined));
  }

  #sendGap(gap: Gap): void {
    this.#gap = undefined;
    const snapshot = this.#guard(() => this.#options.snapshot?.(gap));
    const error = this.#context.wire.send(writeGap(this.id, gap, snapshot));
    if (error === undefined) return;
    this.#context.onFault(error);
    this.#context.wire.send(writeGap(this.id, gap, undefined));
  }

  #guard<T>(callback: () => T): T | undefined {
    try {
      return callback();
    } catch (error) {
      this.#context.onFault(error);
      return undefined;
    }
  }
}
