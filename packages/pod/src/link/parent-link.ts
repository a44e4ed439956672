/**
 * The way up: sends the outbox in order, one event at a time in flight, and keeps each event until
 * it is acknowledged. The receiver is the parent's socket, or the operator's inbox at the
 * coordinator for a pod without a parent. Retries for ever at a bounded rate.
 */
import type { Outcome, PodEvent } from "@podlane/protocol";
import { retryDelayMs } from "@podlane/protocol/node";

export interface ParentLinkOptions {
  /** Unacknowledged events, lowest seq first; at most `limit`. */
  readonly pending: (limit: number) => readonly PodEvent[];
  /** Delivers one event to whoever is the receiver now. */
  readonly deliver: (event: PodEvent) => Promise<Outcome<unknown>>;
  readonly warn: (message: string) => void;
  readonly onAcknowledged: (seq: number) => void;
}

const retry = { attempts: Number.POSITIVE_INFINITY, baseMs: 20, maxMs: 2_000 };
const pageEvents = 64;
/** Events kept to be sent without reading them again. More is only a longer way behind a parent. */
const maxKnownEvents = 256;

export class ParentLink {
  readonly #options: ParentLinkOptions;
  #sending = Promise.resolve();
  /** Kept apart from the promise: a drain that finds nothing ends before its promise is known. */
  #isSending = false;
  #closed = false;
  #wake: (() => void) | null = null;
  /** The whole outbox, or null while it has to be read. */
  #known: PodEvent[] | null = null;

  constructor(options: ParentLinkOptions) {
    this.#options = options;
  }

  /** These have just been written to the outbox, behind all that it held. */
  offer(events: readonly PodEvent[]): void {
    this.#known?.push(...events);
    if ((this.#known?.length ?? 0) > maxKnownEvents) this.#known = null;
    this.#start();
  }

  /** There may be something in the outbox, or the receiver may be back. */
  nudge(): void {
    this.#known = null;
    this.#start();
  }

  #start(): void {
    this.#wake?.();
    if (!this.#closed && !this.#isSending) this.#sending = this.#drain();
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  /** Resolves when all was acknowledged or the link was closed. */
  async drained(): Promise<void> {
    await this.#sending;
  }

  async #drain(): Promise<void> {
    this.#isSending = true;
    let failures = 0;
    for (let page = this.#next(); page.length > 0 && !this.#closed; page = this.#next()) {
      for (const event of page) {
        const outcome = await this.#options.deliver(event);
        if (this.#closed) break;
        if (!outcome.ok) {
          failures += 1;
          this.#tell(event, failures, outcome.error.message);
          await this.#pause(retryDelayMs(retry, Math.min(failures, 10), Math.random()));
          break;
        }
        failures = 0;
        if (this.#known?.[0] === event) this.#known.shift();
        this.#options.onAcknowledged(event.seq);
      }
    }
    this.#isSending = false;
  }

  /** At 1, 2, 4, 8, … tries: a receiver that is away for long is seen, and floods no log. */
  #tell({ seq }: PodEvent, failures: number, why: string): void {
    if (Number.isInteger(Math.log2(failures))) {
      this.#options.warn(`event ${seq} is not delivered yet: ${why}`);
    }
  }

  #next(): readonly PodEvent[] {
    if (this.#known !== null) return this.#known.slice(0, pageEvents);
    const page = this.#options.pending(pageEvents);
    if (page.length < pageEvents) this.#known = [...page];
    return page;
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(finish, delayMs);
      this.#wake = finish;
    });
  }
}
