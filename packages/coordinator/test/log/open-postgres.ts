/** A log of its own on the test run's PostgreSQL. */
import { onTestFinished, type TestContext } from "vitest";
import { PostgresLog } from "../../src/log/postgres/postgres-log.ts";
import { freshWorkspace, postgresUrl } from "../../../../test/postgres/shared-cluster.ts";
import { TransactionPool } from "../../../../test/postgres/transaction-pool.ts";

export interface PostgresPlace {
  readonly url: string;
  readonly workspace: string;
  /** What its logs had to say. */
  readonly notes: string[];
}

export async function postgresPlace(context: TestContext): Promise<PostgresPlace> {
  return { url: await postgresUrl(context), workspace: freshWorkspace(), notes: [] };
}

/** The same behind a pool that lends sessions by the transaction. */
export async function pooledPlace(
  context: TestContext,
): Promise<PostgresPlace & { readonly pool: TransactionPool }> {
  const place = await postgresPlace(context);
  const pool = await TransactionPool.open(place.url);
  onTestFinished(() => pool.close());
  return { ...place, url: pool.url, pool };
}

export async function openPostgres({ url, workspace, notes }: PostgresPlace): Promise<PostgresLog> {
  const log = await PostgresLog.open({ url, workspace, onNote: (note) => void notes.push(note) });
  onTestFinished(() => log.close());
  return log;
}
