/**
 * The embedded store: one SQLite file in WAL mode, `synchronous=FULL`, one row a batch, one writer
 * process (its lock is elsewhere). An append is one statement and so one flush; a foreign append is
 * noticed by seq and hash, never overwritten.
 */
import { DatabaseSync } from "node:sqlite";
import type { StatementSync } from "node:sqlite";
import { checkLink, emptyHead, headOf } from "./hash-chain.ts";
import { corruptRecord, LogFault } from "./log-fault.ts";
import type { Appended, Batch, Log, LogHead, ReadRange, StoredBatch } from "./log.ts";
import { takePage } from "./page.ts";
import { prepareSchema } from "./sqlite-schema.ts";

const lastRow = `SELECT last_seq FROM batches ORDER BY first_seq DESC LIMIT 1`;
const lastHash = `SELECT hash FROM batches ORDER BY first_seq DESC LIMIT 1`;

const appendSql = `
  INSERT INTO batches (first_seq, last_seq, at_ms, prev_hash, hash, payload)
  SELECT :firstSeq, :lastSeq, :atMs, :prevHash, :hash, :payload
  WHERE coalesce((${lastRow}), 0) = :expectedSeq
    AND coalesce((${lastHash}), :prevHash) = :prevHash`;

const columns = `first_seq AS firstSeq, last_seq AS lastSeq, at_ms AS atMs,
  prev_hash AS prevHash, hash`;

const headSql = `SELECT ${columns} FROM batches ORDER BY first_seq DESC LIMIT 1`;

const readSql = `
  SELECT ${columns}, payload AS payload FROM batches
  WHERE last_seq >= :fromSeq AND first_seq >= coalesce(
    (SELECT first_seq FROM batches WHERE first_seq <= :fromSeq ORDER BY first_seq DESC LIMIT 1), 0)
  ORDER BY first_seq`;

/** SQLite's own findings of damage: SQLITE_CORRUPT and SQLITE_NOTADB. */
const damageCodes = new Set([11, 26]);
/** SQLITE_ERROR: a statement that makes no sense, or a format that SQLite does not know. */
const plainError = 1;

export class SqliteLog implements Log {
  readonly #db: DatabaseSync;
  readonly #append: StatementSync;
  readonly #head: StatementSync;
  readonly #read: StatementSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
    this.#append = db.prepare(appendSql);
    this.#head = db.prepare(headSql);
    this.#read = db.prepare(readSql);
  }

  /**
   * Opens or creates the file at `path`. Throws a `LogFault`: `upgrade` for a newer schema,
   * `foreign`
   * for another workspace's or another program's file, `corrupt` for no database at all.
   */
  static open(path: string, options: { workspaceId: string }): SqliteLog {
    const db = new DatabaseSync(path);
    try {
      prepareSchema(db, options.workspaceId);
      return new SqliteLog(db);
    } catch (error) {
      db.close();
      if (isDamage(error)) throw corruptRecord(0, "the file is not a database", error);
      // All statements until here are ours and known to be right: it is the file that is not.
      if (codeOf(error) === plainError) throw corruptRecord(0, "its schema is damaged", error);
      throw error;
    }
  }

  // oxlint-disable-next-line typescript/require-await -- node:sqlite is synchronous
  async head(): Promise<LogHead> {
    return this.#headNow();
  }

  // oxlint-disable-next-line typescript/require-await
  async append(batch: Batch, expectedSeq: number): Promise<Appended> {
    const { firstSeq, lastSeq, atMs, prevHash, hash, payload } = batch;
    const row = { firstSeq, lastSeq, atMs, prevHash, hash, payload, expectedSeq };
    if (this.#append.run(row).changes === 1) return { ok: true };
    const head = this.#headNow();
    // Same length but another hash: the log was replaced below us, there is nothing to decide
    // again.
    if (head.seq === expectedSeq) checkLink(head, batch);
    return { ok: false, conflict: head };
  }

  // oxlint-disable-next-line typescript/require-await
  async read(range: ReadRange): Promise<readonly Batch[]> {
    return takePage(this.#rows(range.fromSeq), range);
  }

  // oxlint-disable-next-line typescript/require-await
  async close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }

  #headNow(): LogHead {
    try {
      const row = this.#head.get() as StoredBatch | undefined;
      if (row === undefined) return emptyHead;
      if (isPlace(row)) return headOf(row);
      throw corruptRecord(0, "the fields of its end are not those of a record");
    } catch (error) {
      throw isDamage(error) ? corruptRecord(0, "SQLite cannot read its end", error) : error;
    }
  }

  *#rows(fromSeq: number): Iterable<StoredBatch> {
    let nextSeq = fromSeq;
    try {
      for (const row of this.#read.iterate({ fromSeq })) {
        const record = row as unknown as StoredBatch;
        // The table is STRICT, but only for what is written: a damaged cell may be of another type.
        if (!isPlace(record) || !(record.payload instanceof Uint8Array)) {
          throw corruptRecord(nextSeq, "its fields are not those of a record");
        }
        yield record;
        nextSeq = record.lastSeq + 1;
      }
    } catch (error) {
      throw isDamage(error) ? corruptRecord(nextSeq, "SQLite cannot read it", error) : error;
    }
  }
}

function isPlace({ firstSeq, lastSeq, atMs, prevHash, hash }: StoredBatch): boolean {
  const areNumbers = [firstSeq, lastSeq, atMs].every((value) => typeof value === "number");
  return areNumbers && typeof prevHash === "string" && typeof hash === "string";
}

function isDamage(error: unknown): boolean {
  return damageCodes.has(codeOf(error)) || isBeyondNumbers(error);
}

/** A seq or time that no number of ours can be: only a damaged cell holds it. */
function isBeyondNumbers(error: unknown): boolean {
  return error instanceof RangeError && "code" in error && error.code === "ERR_OUT_OF_RANGE";
}

/** SQLite's primary code; 0 for every other error. */
function codeOf(error: unknown): number {
  if (error instanceof LogFault || !(error instanceof Error) || !("errcode" in error)) return 0;
  return Number(error.errcode) & 0xff;
}
