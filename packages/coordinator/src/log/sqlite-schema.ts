/**
 * The layout of a log file: created once, checked at every opening, changed only by a new version.
 */
import assert from "node:assert/strict";
import type { DatabaseSync } from "node:sqlite";
import { sqliteBusyMs } from "../limits.ts";
import { LogFault } from "./log-fault.ts";

/** The number in `user_version`; a file with a higher one is not opened. */
export const schemaVersion = 1;

/** "Podl" in ASCII: what `file` and `PRAGMA application_id` say of the file. */
const applicationId = 0x50_6f_64_6c;

// The payload comes last: reading the head must not walk a large record's overflow pages.
const schema = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE batches (
    first_seq INTEGER PRIMARY KEY,
    last_seq  INTEGER NOT NULL,
    at_ms     INTEGER NOT NULL,
    prev_hash TEXT NOT NULL,
    hash      TEXT NOT NULL,
    payload   BLOB NOT NULL
  ) STRICT;`;

/** Sets durability, and creates or checks the layout. Throws a `LogFault` for a file not ours. */
export function prepareSchema(db: DatabaseSync, workspaceId: string): void {
  db.exec(`PRAGMA busy_timeout = ${sqliteBusyMs}; PRAGMA trusted_schema = OFF;`);
  const version = pragma(db, "user_version");
  if (version > schemaVersion) {
    const message = `the log has schema ${version}, this version knows ${schemaVersion}: upgrade`;
    throw new LogFault("upgrade", message);
  }
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
  // 2 is FULL. It is a setting of this connection alone, so no other check could ever see it.
  assert.equal(pragma(db, "synchronous"), 2, "SQLite did not take synchronous=FULL");
  if (version === 0) create(db, workspaceId);
  check(db, workspaceId);
}

function create(db: DatabaseSync, workspaceId: string): void {
  if (db.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"] !== 0) {
    throw new LogFault("foreign", "the log file is a database of something else; move it away");
  }
  db.exec("BEGIN IMMEDIATE");
  db.exec(schema);
  db.prepare("INSERT INTO meta VALUES ('workspace_id', ?)").run(workspaceId);
  db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}`);
  db.exec("COMMIT");
}

function check(db: DatabaseSync, workspaceId: string): void {
  if (pragma(db, "application_id") !== applicationId) {
    throw new LogFault("foreign", "the log file is a database of something else; move it away");
  }
  const found = db.prepare("SELECT value FROM meta WHERE key = 'workspace_id'").get()?.["value"];
  if (found === workspaceId) return;
  const message = `the log is that of workspace ${String(found)}, wanted ${workspaceId}`;
  throw new LogFault("foreign", message);
}

function pragma(db: DatabaseSync, name: "user_version" | "application_id" | "synchronous"): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}
