/** The plain way on PostgreSQL: one statement claims with SKIP LOCKED, one completes. */
import { Pool } from "pg";
import type { Drained, QueueContender } from "./contender.ts";

const claim = `UPDATE bench_tasks SET status = 'claimed', claimed_at = now()
  WHERE id = (SELECT id FROM bench_tasks WHERE status = 'pending'
    ORDER BY priority, id FOR UPDATE SKIP LOCKED LIMIT 1) RETURNING id`;
const complete = "UPDATE bench_tasks SET status = 'completed', ended_at = now() WHERE id = $1";

export async function startSkipLocked(url: string, maxWorkers: number): Promise<QueueContender> {
  const pool = new Pool({ connectionString: url, max: maxWorkers });
  await pool.query(`CREATE TABLE bench_tasks (id bigserial PRIMARY KEY, priority int NOT NULL,
    status text NOT NULL, input jsonb NOT NULL, claimed_at timestamptz, ended_at timestamptz)`);
  await pool.query(`CREATE INDEX ON bench_tasks (priority, id) WHERE status = 'pending'`);
  return {
    name: "skip locked",
    fill: async (count) => {
      await pool.query(
        `INSERT INTO bench_tasks (priority, status, input)
         SELECT 5, 'pending', jsonb_build_object('n', n) FROM generate_series(1, $1::int) n`,
        [count],
      );
      await pool.query("VACUUM ANALYZE bench_tasks");
    },
    drain: (count, workers) => drain(pool, count, workers),
    close: () => pool.end(),
  };
}

async function drain(pool: Pool, count: number, workers: number): Promise<Drained> {
  const worked: string[] = [];
  let left = count;
  const work = async (): Promise<void> => {
    const client = await pool.connect();
    while (left > 0) {
      left -= 1;
      const { rows } = await client.query<{ id: string }>(claim);
      const id = rows[0]?.id ?? "";
      await client.query(complete, [id]);
      worked.push(id);
    }
    client.release();
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: workers }, work));
  return { seconds: (performance.now() - startedMs) / 1_000, worked };
}
