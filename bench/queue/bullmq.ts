/** BullMQ on a Redis that flushes before it answers, as every contender here does. */
import { type QueueContender, Tally } from "./contender.ts";

interface Queue {
  addBulk(jobs: readonly object[]): Promise<unknown>;
  close(): Promise<void>;
}

interface Worker {
  close(): Promise<void>;
}

interface BullMq {
  readonly Queue: new (name: string, options: object) => Queue;
  readonly Worker: new (
    name: string,
    run: (job: { id: string }) => Promise<void>,
    options: object,
  ) => Worker;
}

const insertSize = 5_000;

export function startBullMq(library: unknown, socket: string): QueueContender {
  const { Queue, Worker } = library as BullMq;
  const connection = { path: socket, maxRetriesPerRequest: null };
  const queue = new Queue("bench", { connection });
  return {
    name: "bullmq",
    fill: async (count) => {
      for (let left = count; left > 0; left -= insertSize) {
        const size = Math.min(left, insertSize);
        const jobs = Array.from({ length: size }, (_, n) => ({ name: "noop", data: { n } }));
        await queue.addBulk(jobs);
      }
    },
    drain: async (count, workers) => {
      const tally = new Tally(count);
      const options = { connection, concurrency: workers };
      const worker = new Worker("bench", async ({ id }) => tally.add(id), options);
      await tally.enough;
      await worker.close();
      // The last completions are on the disk only now.
      return tally.drained();
    },
    close: () => queue.close(),
  };
}
