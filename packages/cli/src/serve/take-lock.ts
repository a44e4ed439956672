/**
 * The lock of a workspace's server: an exclusive SQLite transaction, which the system ends with
 * the process whatever way it dies.
 */
import { DatabaseSync } from "node:sqlite";

/** Null when another living process holds it. */
export function takeLock(path: string): { readonly release: () => void } | null {
  const database = new DatabaseSync(path);
  try {
    database.exec("pragma locking_mode = exclusive; begin exclusive");
    return { release: () => database.close() };
  } catch (cause) {
    database.close();
    if ((cause as { errcode?: number }).errcode === sqliteBusy) return null;
    throw cause;
  }
}

const sqliteBusy = 5;
