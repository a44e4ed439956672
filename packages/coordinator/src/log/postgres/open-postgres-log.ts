/**
 * The way in to the PostgreSQL store: its driver is loaded only by those who use it.
 */
import type { PostgresLog, PostgresLogOptions } from "./postgres-log.ts";

export async function openPostgresLog(options: PostgresLogOptions): Promise<PostgresLog> {
  const store = await import("./postgres-log.ts");
  return store.PostgresLog.open(options);
}
