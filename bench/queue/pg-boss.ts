/** pg-boss through its fetch and complete, in batches: its own loop sleeps between two polls. */
import { Pool } from "pg";
import type { Drained, QueueContender } from "./contender.ts";

interface Boss {
  start(): Promise<unknown>;
  stop(options: object): Promise<void>;
  on(event: "error", listener: (fault: unknown) => void): void;
  createQueue(name: string): Promise<void>;
  insert(jobs: readonly object[]): Promise<void>;
  fetch(name: string, options: object): Promise<readonly { id: string }[]>;
  complete(name: string, ids: readonly string[]): Promise<unknown>;
}

const queue = "bench";
/** Each fetch sorts the whole backlog, so few and large ones serve it best. */
const batchSize = 100;
const insertSize = 5_000;

export async function startPgBoss(
  library: unknown,
  url: string,
  maxWorkers: number,
): Promise<QueueContender> {
  const pool = new Pool({ connectionString: url, max: 1 });
  const Library = library as new (options: object) => Boss;
  const boss = new Library({ connectionString: url, max: maxWorkers });
  boss.on("error", (fault) => console.error(fault));
  await boss.start();
  await boss.createQueue(queue);
  return {
    name: "pg-boss",
    fill: async (count) => {
      for (let left = count; left > 0; left -= insertSize) {
        const size = Math.min(left, insertSize);
        await boss.insert(Array.from({ length: size }, (_, n) => ({ name: queue, data: { n } })));
      }
      await pool.query("VACUUM ANALYZE pgboss.job");
    },
    drain: (count, workers) => drain(boss, count, workers),
    close: async () => {
      await pool.end();
      await boss.stop({ graceful: false, close: true });
    },
  };
}

async function drain(boss: Boss, count: number, workers: number): Promise<Drained> {
  const worked: string[] = [];
  let left = count;
  const work = async (): Promise<void> => {
    while (left > 0) {
      const size = Math.min(batchSize, left);
      left -= size;
      const jobs = await boss.fetch(queue, { batchSize: size });
      const ids = jobs.map(({ id }) => id);
      if (ids.length < size) throw new Error("the queue ran dry");
      await boss.complete(queue, ids);
      worked.push(...ids);
    }
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: workers }, work));
  return { seconds: (performance.now() - startedMs) / 1_000, worked };
}
