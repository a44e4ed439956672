/**
 * The store for many machines: one row a batch in PostgreSQL, several coordinators on one log. The
 * primary key is the guard of the head: a batch goes to the one place after the batch before it,
 * and whoever comes second gets nothing. Needs no session: each call is one statement without a
 * name, so a pool that hands out another session for each transaction serves as well.
 */
import { randomUUID } from "node:crypto";
import type { ReplicaId } from "@podlane/protocol";
import { forgottenReplicaMs, maxReadBytes, replicaLeaseMs } from "../../limits.ts";
import { checkLink, emptyHead, headOf } from "../hash-chain.ts";
import { LogFault } from "../log-fault.ts";
import type { Appended, Batch, Log, LogHead, ReadRange, StoredBatch } from "../log.ts";
import type { ReplicaLeases } from "../replica-leases.ts";
import type { StoreClock } from "../store-clock.ts";
import { takePage } from "../page.ts";
import { channelOf, Hints } from "./hints.ts";
import { migrate } from "./migrations.ts";
import { PostgresStore } from "./postgres-store.ts";
import { parseStoreUrl } from "./store-url.ts";
import { openWorkspace, type StoredWorkspace } from "./workspace-row.ts";

const columns = `first_seq AS "firstSeq", last_seq AS "lastSeq", at_ms AS "atMs",
  prev_hash AS "prevHash", hash`;

const lastOf = `FROM podlane.batches WHERE workspace = $1 ORDER BY first_seq DESC LIMIT 1`;

// The guard on the head only keeps a caller that never read it from leaving a gap: two that read
// the same head meet at the primary key.
const appendSql = `
  INSERT INTO podlane.batches
    (workspace, first_seq, last_seq, at_ms, prev_hash, hash, writer, payload)
  SELECT $1, $2, $3, $4, $5, $6, $7, $8
  WHERE coalesce((SELECT last_seq ${lastOf}), 0) = $9
    AND coalesce((SELECT hash ${lastOf}), $5) = $5
  ON CONFLICT DO NOTHING
  RETURNING pg_notify($10, $3::text)`;

const headSql = `SELECT ${columns} ${lastOf}`;

const writtenSql = `
  SELECT writer, hash FROM podlane.batches WHERE workspace = $1 AND first_seq = $2`;

// Bounded in rows, then in bytes, before anything is sent: a page never outgrows our memory.
const readSql = `
  SELECT * FROM (
    SELECT ${columns}, payload,
      sum(octet_length(payload)) OVER (ORDER BY first_seq) - octet_length(payload) AS before
    FROM (
      SELECT * FROM podlane.batches
      WHERE workspace = $1 AND last_seq >= $2 AND first_seq < $2 + $3 AND first_seq >= coalesce((
        SELECT first_seq FROM podlane.batches
        WHERE workspace = $1 AND first_seq <= $2 ORDER BY first_seq DESC LIMIT 1), 0)
      ORDER BY first_seq LIMIT $3
    ) AS wanted
  ) AS counted
  WHERE before < $4 ORDER BY "firstSeq"`;

const shareSql = `
  WITH mine AS (
    INSERT INTO podlane.replicas (workspace, id, log_time_ms, seen_at)
    VALUES ($1, $2, $3, clock_timestamp())
    ON CONFLICT (workspace, id)
    DO UPDATE SET log_time_ms = excluded.log_time_ms, seen_at = excluded.seen_at)
  SELECT greatest($3, max(log_time_ms)) AS "furthestMs", array_agg(id::text) AS living
  FROM podlane.replicas
  WHERE workspace = $1 AND seen_at > clock_timestamp() - $4 * interval '1 ms'`;

const leaveSql = `
  DELETE FROM podlane.replicas WHERE workspace = $1
    AND (id = $2 OR seen_at < clock_timestamp() - $3 * interval '1 ms')`;

export interface PostgresLogOptions {
  /** `postgres://…`; the parameter `workspace` names the log, and may come from here instead. */
  readonly url: string;
  /** Names the log if the URL does not. */
  readonly workspace: string;
  /** Told of lost connections and the like, never of a secret. */
  readonly onNote: (note: string) => void;
  /** How long a silent replica counts as living, if not `replicaLeaseMs`; tests are in a hurry. */
  readonly leaseMs?: number;
}

export class PostgresLog implements Log, StoreClock, ReplicaLeases {
  readonly #store: PostgresStore;
  readonly #workspace: StoredWorkspace;
  readonly #hints: Hints;
  /** Tells our own batch from another's after an append whose answer was lost. */
  readonly #writer = randomUUID();
  readonly #leaseMs: number;
  #living: ReadonlySet<ReplicaId> = new Set();

  private constructor(
    { store, workspace, hints }: Opened,
    { leaseMs = replicaLeaseMs }: PostgresLogOptions,
  ) {
    this.#store = store;
    this.#workspace = workspace;
    this.#hints = hints;
    this.#leaseMs = leaseMs;
  }

  /**
   * Connects, and brings the tables up to date. Rejects with a `LogFault`: `upgrade` for a newer
   * layout, `unsafe` for a server that answers before it has flushed; and with the store's own
   * error when it stays out of reach.
   */
  static async open(options: PostgresLogOptions): Promise<PostgresLog> {
    const url = parseStoreUrl(options.url);
    const store = new PostgresStore(url, options.onNote);
    try {
      await requireDurability(store);
      await migrate(store);
      const workspace = await openWorkspace(store, url.workspace ?? options.workspace);
      const hints = new Hints(url, workspace, options.onNote);
      return new PostgresLog({ store, workspace, hints }, options);
    } catch (cause) {
      await store.close();
      throw cause;
    }
  }

  /** The key of every token of this workspace: one for all coordinators on this log. */
  get workspaceKey(): Uint8Array {
    return this.#workspace.key;
  }

  /** The store's clock, by which all replicas of this log measure time. Epoch milliseconds. */
  async nowMs(): Promise<number> {
    const { rows } = await this.#store.query<{ nowMs: number }>(
      `SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS "nowMs"`,
    );
    return rows[0]?.nowMs ?? 0;
  }

  get id(): ReplicaId {
    return this.#writer as string as ReplicaId;
  }

  /** As of the last time this one said that it lives. */
  living(): ReadonlySet<ReplicaId> {
    return this.#living;
  }

  /** Says that this replica lives; answers the furthest log time of all that do. */
  async share(logTimeMs: number): Promise<number> {
    const values = [this.#workspace.id, this.#writer, logTimeMs, this.#leaseMs];
    const { rows } = await this.#store.query<Shared>(shareSql, values);
    this.#living = new Set(rows[0]?.living ?? []);
    return rows[0]?.furthestMs ?? logTimeMs;
  }

  /**
   * Calls back with how far the log may reach now; returns what ends that. Hints may be late,
   * doubled or missing (a pool without sessions gives none): only `head` is the truth.
   */
  onHint(hint: (seq: number) => void): () => void {
    return this.#hints.subscribe(hint);
  }

  async head(): Promise<LogHead> {
    const { rows } = await this.#store.query<StoredBatch>(headSql, [this.#workspace.id]);
    return rows[0] === undefined ? emptyHead : headOf(rows[0]);
  }

  async append(batch: Batch, expectedSeq: number): Promise<Appended> {
    const { firstSeq, lastSeq, atMs, prevHash, hash, payload } = batch;
    const row = [firstSeq, lastSeq, atMs, prevHash, hash, this.#writer, payload];
    const values = [this.#workspace.id, ...row, expectedSeq, channelOf(this.#workspace)];
    const { rowCount } = await this.#store.query(appendSql, values);
    if (rowCount === 1 || (await this.#isWritten(batch))) return { ok: true };
    const head = await this.head();
    // Same length but another hash: the log was replaced below us, there is nothing to decide
    // again.
    if (head.seq === expectedSeq) checkLink(head, batch);
    return { ok: false, conflict: head };
  }

  async read(range: ReadRange): Promise<readonly Batch[]> {
    const values = [this.#workspace.id, range.fromSeq, range.limit, maxReadBytes];
    const { rows } = await this.#store.query<StoredBatch>(readSql, values);
    return takePage(rows, range);
  }

  async close(): Promise<void> {
    await this.#hints.close();
    await this.#leave();
    await this.#store.close();
  }

  /** Who does not come to this lapses by itself. */
  async #leave(): Promise<void> {
    const values = [this.#workspace.id, this.#writer, forgottenReplicaMs];
    await this.#store.tryOnce(leaveSql, values);
  }

  /** True after an append that succeeded without our hearing of it, and was repeated. */
  async #isWritten({ firstSeq, hash }: Batch): Promise<boolean> {
    const values = [this.#workspace.id, firstSeq];
    const { rows } = await this.#store.query<{ writer: string; hash: string }>(writtenSql, values);
    return rows[0]?.writer === this.#writer && rows[0].hash === hash;
  }
}

interface Opened {
  readonly store: PostgresStore;
  readonly workspace: StoredWorkspace;
  readonly hints: Hints;
}

interface Shared {
  readonly furthestMs: number;
  /** Null where no row is left. */
  readonly living: ReplicaId[] | null;
}

async function requireDurability(store: PostgresStore): Promise<void> {
  const { rows } = await store.query<{ setting: string }>(
    `SELECT current_setting('synchronous_commit') AS setting`,
  );
  if (rows[0]?.setting !== "off") return;
  const message =
    "the PostgreSQL server has synchronous_commit off and would lose what was acknowledged: " +
    "ALTER DATABASE … SET synchronous_commit = on";
  throw new LogFault("unsafe", message);
}
