/** The same rows under PL/pgSQL in PostgreSQL: killed, started again, its first grant. */
import { Client } from "pg";
import type { Cluster } from "../../test/postgres/cluster.ts";
import { createPlpgsql, PlpgsqlClient } from "../locks/plpgsql.ts";

/** Keys that the rows are about, as many as Podlane's clients use. */
const keys = 64_000;

export class PostgresServer {
  readonly #cluster: Cluster;

  private constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** With so many rows in the log of its locks, each made by the lock functions. */
  static async filled(cluster: Cluster, rows: number): Promise<PostgresServer> {
    await createPlpgsql(cluster.url);
    const server = new PostgresServer(cluster);
    await server.add(rows);
    return server;
  }

  async add(rows: number): Promise<void> {
    await this.#query(
      `SELECT bench_release(key, 'w', bench_acquire(key, 'w', 3600000))
       FROM (SELECT 'src/f' || n % ${keys} || '.ts' AS key FROM generate_series(1, $1) n) pairs`,
      [Math.ceil(rows / 2)],
    );
  }

  async checkpoint(): Promise<void> {
    await this.#query("CHECKPOINT");
  }

  async count(): Promise<number> {
    return (await this.#query("SELECT count(*)::int AS n FROM bench_lock_log"))[0]?.n ?? 0;
  }

  /** Kills all of it; milliseconds from the start of its process to the first grant. */
  async timeRestart(): Promise<number> {
    const { startedAtMs } = await this.#cluster.crash();
    const client = await PlpgsqlClient.connect(this.#cluster.url, "first");
    const grant = await client.acquire("src/first.ts");
    const tookMs = performance.now() - startedAtMs;
    await grant.release();
    await client.close();
    return tookMs;
  }

  async #query(text: string, values: readonly unknown[] = []): Promise<{ n: number }[]> {
    const client = new Client({ connectionString: this.#cluster.url });
    await client.connect();
    const { rows } = await client.query<{ n: number }>(text, [...values]);
    await client.end();
    return rows;
  }
}
