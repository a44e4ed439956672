/** graphile-worker with its local queue and batched completion: as its own bench tunes it. */
import { Pool } from "pg";
import { type QueueContender, Tally } from "./contender.ts";

interface Runner {
  stop(): Promise<void>;
  readonly promise: Promise<void>;
}

interface GraphileWorker {
  readonly Logger: new (create: () => () => void) => object;
  run(options: object): Promise<Runner>;
  runMigrations(options: object): Promise<void>;
}

/** Jobs that one worker process takes from the database at a time. */
const localQueue = 500;

export async function startGraphileWorker(
  library: unknown,
  url: string,
  maxWorkers: number,
): Promise<QueueContender> {
  const worker = library as GraphileWorker;
  const pool = new Pool({ connectionString: url, max: maxWorkers });
  // Its library asks for these; a lost connection fails the query that it was lost in.
  pool.on("error", console.error);
  pool.on("connect", (client) => client.on("error", console.error));
  // A line a job would be measured too.
  const silent = { logger: new worker.Logger(() => () => {}), noHandleSignals: true };
  await worker.runMigrations({ ...silent, pgPool: pool });
  return {
    name: "graphile-worker",
    fill: async (count) => {
      await pool.query(
        `SELECT graphile_worker.add_jobs(array_agg(json_populate_record(
           null::graphile_worker.job_spec, json_build_object('identifier', 'noop',
           'payload', json_build_object('n', n))))) FROM generate_series(1, $1::int) n`,
        [count],
      );
      await pool.query("VACUUM ANALYZE");
    },
    drain: async (count, workers) => {
      const tally = new Tally(count);
      const runner = await worker.run({
        ...silent,
        pgPool: pool,
        taskList: {
          noop: (_payload: unknown, { job }: { job: { id: string } }) => tally.add(job.id),
        },
        preset: {
          worker: {
            concurrentJobs: workers,
            localQueue: { size: localQueue },
            completeJobBatchDelay: 0,
            failJobBatchDelay: 0,
          },
        },
      });
      await tally.enough;
      await runner.stop();
      // It completes jobs in batches behind their tasks: only now the last ones are on the disk.
      const drained = tally.drained();
      await runner.promise;
      return drained;
    },
    close: () => pool.end(),
  };
}
