/**
 * Opening a session's file: durable settings, tables, and the refusal of a file that is not ours.
 */
import { DatabaseSync } from "node:sqlite";
import { SessionFault } from "./fault.ts";
import { busyTimeoutMs } from "./limits.ts";
import { schemaVersion, tables, upgrades } from "./schema.ts";

export interface SessionOwner {
  readonly podId: string;
  /** The incarnation that opens it; left out by a host that only reads what a dead pod left. */
  readonly generation?: number;
}

/** Throws a `SessionFault` for a newer version, another pod's file or an older incarnation. */
export function openDatabase(path: string, owner: SessionOwner): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    db.exec("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on");
    inTransaction(db, () => claim(db, owner));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** One durable write; a nested call joins the outer one. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  if (db.isTransaction) return work();
  db.exec("begin immediate");
  try {
    const value = work();
    db.exec("commit");
    return value;
  } catch (error) {
    if (db.isTransaction) db.exec("rollback");
    throw error;
  }
}

function claim(db: DatabaseSync, { podId, generation }: SessionOwner): void {
  const meta = readMeta(db);
  if (meta.size === 0) createTables(db, podId);
  else takeOver(db, meta, podId);
  const known = Number(meta.get("generation") ?? 0);
  if (generation === undefined) return;
  if (generation < known) {
    const message = `pod ${podId} is at generation ${known}; generation ${generation} is over`;
    throw new SessionFault("stale_generation", message);
  }
  writeMeta(db, "generation", generation);
}

function createTables(db: DatabaseSync, podId: string): void {
  db.exec(tables);
  writeMeta(db, "schema_version", schemaVersion);
  writeMeta(db, "pod_id", podId);
}

function takeOver(db: DatabaseSync, meta: ReadonlyMap<string, string>, podId: string): void {
  checkMeta(meta, podId);
  const version = Number(meta.get("schema_version"));
  if (version === schemaVersion) return;
  for (const upgrade of upgrades.slice(version - 1)) db.exec(upgrade);
  writeMeta(db, "schema_version", schemaVersion);
}

function checkMeta(meta: ReadonlyMap<string, string>, podId: string): void {
  const version = Number(meta.get("schema_version"));
  if (!(version <= schemaVersion)) {
    const found = `the session has version ${meta.get("schema_version")}`;
    const message = `${found}, this program reads up to ${schemaVersion}: upgrade`;
    throw new SessionFault("newer_version", message);
  }
  const found = meta.get("pod_id");
  if (found !== podId) {
    throw new SessionFault("other_pod", `the session belongs to pod ${found}, not to ${podId}`);
  }
}

function readMeta(db: DatabaseSync): ReadonlyMap<string, string> {
  const exists = db.prepare("select 1 from sqlite_schema where name = 'meta'").get();
  if (exists === undefined) return new Map();
  const rows = db.prepare("select key, value from meta").all();
  return new Map(rows.map(({ key, value }) => [String(key), String(value)]));
}

function writeMeta(db: DatabaseSync, key: string, value: string | number): void {
  db.prepare("insert or replace into meta (key, value) values (?, ?)").run(key, String(value));
}
