/**
 * One workspace among those that share a database: its number there, and the key of its tokens,
 * which must be one for all coordinators or none would let in what another has sent away.
 */
import { randomBytes } from "node:crypto";
import type { PostgresStore } from "./postgres-store.ts";

export interface StoredWorkspace {
  readonly id: number;
  readonly key: Uint8Array;
}

const keyBytes = 32;

const addSql = `
  INSERT INTO podlane.workspaces (name, key) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`;
const findSql = `SELECT id, key FROM podlane.workspaces WHERE name = $1`;

/** The workspace of that name, made if it is new. */
export async function openWorkspace(store: PostgresStore, name: string): Promise<StoredWorkspace> {
  const known = await find(store, name);
  if (known !== undefined) return known;
  await store.query(addSql, [name, randomBytes(keyBytes)]);
  const made = await find(store, name);
  if (made === undefined) throw new Error(`the workspace ${name} is gone as soon as it was made`);
  return made;
}

async function find(store: PostgresStore, name: string): Promise<StoredWorkspace | undefined> {
  const { rows } = await store.query<{ id: number; key: Uint8Array }>(findSql, [name]);
  return rows[0];
}
