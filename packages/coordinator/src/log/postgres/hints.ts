/**
 * Hears `NOTIFY` of other replicas on a session of its own, if it can have one: behind a pool that
 * lends sessions by the transaction it hears nothing, and nothing depends on it.
 */
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { postgresRelistenMs, postgresStatementMs } from "../../limits.ts";
import type { StoreUrl } from "./store-url.ts";
import type { StoredWorkspace } from "./workspace-row.ts";

export function channelOf({ id }: Pick<StoredWorkspace, "id">): string {
  return `podlane_${id}`;
}

type Hint = (seq: number) => void;

export class Hints {
  readonly #url: StoreUrl;
  readonly #channel: string;
  readonly #onNote: (note: string) => void;
  readonly #subscribers = new Set<Hint>();
  readonly #closing = new AbortController();
  readonly #ended: Promise<void>;

  constructor(url: StoreUrl, workspace: StoredWorkspace, onNote: (note: string) => void) {
    this.#url = url;
    this.#channel = channelOf(workspace);
    this.#onNote = onNote;
    const closed = new Promise<void>((resolve) => {
      this.#closing.signal.addEventListener("abort", () => resolve(), { once: true });
    });
    this.#ended = this.#listenUntil(closed);
  }

  subscribe(hint: Hint): () => void {
    this.#subscribers.add(hint);
    return () => this.#subscribers.delete(hint);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#ended;
  }

  /** One session after the other; hints are lost between two, so each session begins with one. */
  async #listenUntil(closed: Promise<void>): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop -- the next session is for when this one ended
      await this.#listenOnce(closed);
      // oxlint-disable-next-line no-await-in-loop
      await pause(postgresRelistenMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  async #listenOnce(closed: Promise<void>): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#url.connectionString,
      application_name: "podlane-hints",
      connectionTimeoutMillis: postgresStatementMs,
      keepAlive: true,
    });
    client.on("error", this.#tell);
    client.on("notification", ({ payload }) => this.#raise(Number(payload)));
    // Raced, for a client that is told to end while it connects never settles.
    await Promise.race([this.#listen(client).catch(this.#tell), closed]);
    client.end().catch(this.#tell);
  }

  /** Resolves when the session has ended. */
  async #listen(client: pg.Client): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      client.once("end", resolve);
    });
    await client.connect();
    await client.query(`LISTEN ${this.#channel}`);
    this.#raise(Number.POSITIVE_INFINITY);
    await ended;
  }

  readonly #tell = (fault: unknown): void => {
    if (this.#closing.signal.aborted) return;
    this.#onNote(`no hints from PostgreSQL, only polling: ${(fault as Error).message}`);
  };

  #raise(seq: number): void {
    for (const hint of this.#subscribers) hint(seq);
  }
}
