/**
 * `log.watch`: the events from a place on, then live, without a gap between the two.
 */
import { accepted, type Outcome, type Subscription } from "@podlane/protocol";
import type { LogEvent } from "../core/event.ts";
import { watchPageEvents } from "../limits.ts";

export interface WatchRequest {
  /** Absent: only what comes from now on. */
  readonly from?: number | undefined;
  readonly subjects?: readonly string[] | undefined;
}

interface EventSource {
  head(): { readonly seq: number };
  readEvents(page: { fromSeq: number; limit: number }): Promise<readonly LogEvent[]>;
}

interface Watcher {
  readonly subscription: Subscription;
  readonly subjects: ReadonlySet<string> | null;
  /** The next seq it has not been given. */
  next: number;
  catchingUp: boolean;
}

export class LogWatches {
  readonly #source: EventSource;
  readonly #watchers = new Set<Watcher>();
  readonly #onFault: (fault: unknown) => void;

  constructor(source: EventSource, onFault: (fault: unknown) => void) {
    this.#source = source;
    this.#onFault = onFault;
  }

  open(
    request: WatchRequest,
    openSubscription: (options: { onClose: () => void }) => Subscription,
  ): Outcome<{ subscription: number; head: number }> {
    const head = this.#source.head().seq;
    const subscription = openSubscription({ onClose: () => void this.#watchers.delete(watcher) });
    const watcher: Watcher = {
      subscription,
      subjects: request.subjects === undefined ? null : new Set(request.subjects),
      next: request.from ?? head + 1,
      catchingUp: false,
    };
    this.#watchers.add(watcher);
    if (watcher.next <= head) this.#catchUp(watcher).catch(this.#onFault);
    return accepted({ subscription: subscription.id, head });
  }

  /** To be called with every flushed batch, in order. */
  publish(events: readonly LogEvent[]): void {
    for (const watcher of this.#watchers) {
      if (!watcher.catchingUp) this.#give(watcher, events);
    }
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.subscription.close();
    this.#watchers.clear();
  }

  async #catchUp(watcher: Watcher): Promise<void> {
    watcher.catchingUp = true;
    while (watcher.next <= this.#source.head().seq && !watcher.subscription.closed) {
      const page = { fromSeq: watcher.next, limit: watchPageEvents };
      this.#give(watcher, await this.#source.readEvents(page));
    }
    watcher.catchingUp = false;
  }

  #give(watcher: Watcher, events: readonly LogEvent[]): void {
    for (const event of events) {
      if (event.seq < watcher.next) continue;
      watcher.next = event.seq + 1;
      if (watcher.subjects !== null && !watcher.subjects.has(event.subject)) continue;
      const { answer: _answer, ...visible } = event;
      watcher.subscription.publish(event.seq, visible);
    }
  }
}
