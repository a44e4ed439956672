/**
 * The layout of the store, as the steps that led to it. A step that was ever released is never
 * changed; a database with more steps than we know is not opened.
 */
import { LogFault } from "../log-fault.ts";
import type { PostgresStore, Query } from "./postgres-store.ts";

const steps: readonly string[] = [
  // The payload is read whole or not at all, and is compressed already where that pays: it is kept
  // as it comes.
  `CREATE TABLE podlane.workspaces (
     id   integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     name text  NOT NULL UNIQUE,
     key  bytea NOT NULL
   );
   CREATE TABLE podlane.batches (
     workspace integer NOT NULL REFERENCES podlane.workspaces,
     first_seq bigint  NOT NULL,
     last_seq  bigint  NOT NULL,
     at_ms     bigint  NOT NULL,
     prev_hash text    NOT NULL,
     hash      text    NOT NULL,
     writer    uuid    NOT NULL,
     payload   bytea   NOT NULL,
     PRIMARY KEY (workspace, first_seq)
   );
   ALTER TABLE podlane.batches ALTER COLUMN payload SET STORAGE EXTERNAL;
   -- Who lives is worth nothing after a crash of the server, so no write of it waits for a flush.
   CREATE UNLOGGED TABLE podlane.replicas (
     workspace   integer     NOT NULL REFERENCES podlane.workspaces,
     id          uuid        NOT NULL,
     log_time_ms bigint      NOT NULL,
     seen_at     timestamptz NOT NULL,
     PRIMARY KEY (workspace, id)
   );`,
];

/** "Podl" in ASCII: the lock under which one coordinator at a time changes the layout. */
const layoutLock = 0x50_6f_64_6c;

const versionSql = `
  SELECT to_regclass('podlane.layout') IS NOT NULL AS "isThere"`;

/** Takes the steps that are missing, all or none. Rejects with `upgrade` for a newer layout. */
export async function migrate(store: PostgresStore): Promise<void> {
  if ((await versionOf(store.query)) === steps.length) return;
  await store.transaction(async (query) => {
    await query("SELECT pg_advisory_xact_lock($1)", [layoutLock]);
    await query("CREATE SCHEMA IF NOT EXISTS podlane");
    await query("CREATE TABLE IF NOT EXISTS podlane.layout (version integer NOT NULL)");
    await takeSteps(query, await versionOf(query));
  });
}

async function takeSteps(query: Query, version: number): Promise<void> {
  for (const step of steps.slice(version)) {
    // oxlint-disable-next-line no-await-in-loop -- each step builds on the one before
    await query(step);
  }
  await query("DELETE FROM podlane.layout");
  await query("INSERT INTO podlane.layout VALUES ($1)", [steps.length]);
}

async function versionOf(query: Query): Promise<number> {
  const { rows } = await query<{ isThere: boolean }>(versionSql);
  if (rows[0]?.isThere !== true) return 0;
  const found = await query<{ version: number }>("SELECT version FROM podlane.layout");
  const version = found.rows[0]?.version ?? 0;
  if (version <= steps.length) return version;
  const known = `this version knows ${steps.length}: upgrade`;
  throw new LogFault("upgrade", `the PostgreSQL store has layout ${version}, ${known}`);
}
