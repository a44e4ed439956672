/**
 * Connections to PostgreSQL: single statements, repeated while the server is out of reach. Every
 * statement sent through here must be harmless when repeated, for an answer can be lost.
 */
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { postgresConnections, postgresPatienceMs, postgresStatementMs } from "../../limits.ts";
import { isConnectionFault } from "./connection-fault.ts";
import type { StoreUrl } from "./store-url.ts";

const firstPauseMs = 20;
const longestPauseMs = 1_000;

/** Seqs and milliseconds, and sums of them, are safe integers by construction. */
const { INT8, NUMERIC } = pg.types.builtins;
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === INT8 || oid === NUMERIC ? Number : pg.types.getTypeParser(oid, format),
};

/** Sends one statement. */
export type Query = <R extends pg.QueryResultRow>(
  text: string,
  values?: readonly unknown[],
) => Promise<pg.QueryResult<R>>;

export class PostgresStore {
  readonly #pool: pg.Pool;
  readonly #onNote: (note: string) => void;
  #closed = false;

  constructor({ connectionString }: StoreUrl, onNote: (note: string) => void) {
    this.#onNote = onNote;
    this.#pool = new pg.Pool({
      connectionString,
      types,
      max: postgresConnections,
      application_name: "podlane",
      connectionTimeoutMillis: postgresStatementMs,
      // The driver's own clock: a network that swallows packets never answers at all.
      query_timeout: postgresStatementMs,
      keepAlive: true,
    });
    // An idle connection that breaks is replaced by the next statement.
    this.#pool.on("error", (fault) => onNote(`a connection to PostgreSQL broke: ${fault.message}`));
  }

  /** One statement in a transaction of its own. */
  readonly query: Query = (text, values = []) =>
    this.#repeat(() => this.#pool.query(text, [...values]));

  /** One statement that nothing depends on: a failure is noted and forgotten. */
  async tryOnce(text: string, values: readonly unknown[]): Promise<void> {
    try {
      await this.#pool.query(text, [...values]);
    } catch (cause) {
      this.#onNote(`PostgreSQL did not take a farewell: ${(cause as Error).message}`);
    }
  }

  /** Several statements in one transaction; `work` may run more than once. */
  transaction(work: (query: Query) => Promise<void>): Promise<void> {
    return this.#repeat(async () => {
      const client = await this.#pool.connect();
      try {
        await client.query("BEGIN");
        await work((text, values = []) => client.query(text, [...values]));
        await client.query("COMMIT");
        client.release();
      } catch (cause) {
        // Closing the connection is the one way to roll back that cannot fail.
        client.release(true);
        throw cause;
      }
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pool.end();
  }

  async #repeat<T>(attempt: () => Promise<T>): Promise<T> {
    const deadlineMs = performance.now() + postgresPatienceMs;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- one attempt after the other is the point
        return await attempt();
      } catch (cause) {
        const isLast = performance.now() + pauseMs > deadlineMs || this.#closed;
        if (isLast || !isConnectionFault(cause)) throw cause;
        this.#onNote(`PostgreSQL is out of reach, trying again: ${(cause as Error).message}`);
      }
      // oxlint-disable-next-line no-await-in-loop
      await pause(pauseMs);
    }
  }
}
