/** All events of a log as they come; those that came before a question count too. */
import type { CoordinatorMethods, LogEventEnvelope, Peer } from "@podlane/protocol";

interface Waiter {
  readonly matches: (event: LogEventEnvelope) => boolean;
  readonly resolve: (event: LogEventEnvelope) => void;
}

export class LogFollower {
  readonly events: LogEventEnvelope[] = [];
  #waiters: Waiter[] = [];

  /** From the first event not seen yet, also over a new connection. */
  async follow(peer: Peer<CoordinatorMethods>): Promise<void> {
    const from = (this.events.at(-1)?.seq ?? 0) + 1;
    const onEvent = (_seq: number, data: unknown) => this.#take(data as LogEventEnvelope);
    const ignore = () => undefined;
    await peer.watch("log.watch", { from }, { onEvent, onGap: ignore, onEnd: ignore });
  }

  find(matches: Waiter["matches"]): Promise<LogEventEnvelope> {
    const known = this.events.find(matches);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => this.#waiters.push({ matches, resolve }));
  }

  #take(event: LogEventEnvelope): void {
    this.events.push(event);
    const due = this.#waiters.filter((waiter) => waiter.matches(event));
    this.#waiters = this.#waiters.filter((waiter) => !due.includes(waiter));
    for (const waiter of due) waiter.resolve(event);
  }
}
