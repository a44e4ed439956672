/**
 * W2: claim and complete a task with 50 workers and a backlog of 100,000, each claim and each
 * completion durable before its answer; the same with one worker. Peers take turns in one run;
 * every task that anybody worked on is counted, and one that comes twice fails the bench.
 */
import { join } from "node:path";
import { placeOf } from "./coordinators/start.ts";
import { type BenchOptions, nameOf } from "./options.ts";
import { describePeer, installPeers, type LoadPeer, type PeerPackage } from "./peers/install.ts";
import { type Postgres, postgresFor } from "./peers/postgres.ts";
import { startRedis } from "./peers/redis.ts";
import { unlessMissing } from "./peers/unless-missing.ts";
import { startBullMq } from "./queue/bullmq.ts";
import type { QueueContender } from "./queue/contender.ts";
import { startGraphileWorker } from "./queue/graphile-worker.ts";
import { startPgBoss } from "./queue/pg-boss.ts";
import { startPodlane } from "./queue/podlane.ts";
import { startSkipLocked } from "./queue/skip-locked.ts";
import { openScratch, type Scratch } from "./scratch.ts";
import { ratiosOf, showRatio, spreadOf } from "./spread.ts";

const maxWorkers = 50;
const rounds = 5;

interface Sizes {
  /** Tasks that wait, at every measurement. */
  readonly backlog: number;
  /** Tasks of one measurement with all workers: some seconds for the slowest. */
  readonly piece: number;
  /** With few workers. */
  readonly smallPiece: number;
}

const sizes: Sizes = { backlog: 100_000, piece: 10_000, smallPiece: 4_000 };
const smallSizes: Sizes = { backlog: 2_000, piece: 300, smallPiece: 100 };

export async function benchQueue(options: BenchOptions): Promise<void> {
  await using scratch = openScratch();
  const chosen = options.small ? smallSizes : sizes;
  const postgres = postgresFor(scratch);
  const place = await placeOf(options, scratch, postgres);
  const podlane = await startPodlane(nameOf(options), place, maxWorkers);
  scratch.defer(() => podlane.close());
  const peers = options.peers ? await startPeers(scratch, postgres) : [];
  const contests = [podlane, ...peers].map((contender) => new Contest(contender));
  for (const { contender } of contests) await contender.fill(chosen.backlog);
  console.log(`${rounds} rounds of all in turn; ${chosen.backlog} tasks wait before each`);
  // The first round warms up.
  for (let round = -1; round < rounds; round += 1) {
    for (const contest of contests) {
      await contest.run({ workers: maxWorkers, count: chosen.piece, counts: round >= 0 });
    }
    for (const contest of contests) {
      await contest.run({ workers: 1, count: chosen.smallPiece, counts: round >= 0 });
    }
  }
  for (const workers of [maxWorkers, 1]) report(contests, workers);
  reportFlatness(contests);
  for (const { contender, seen } of contests) {
    console.log(`checked: ${contender.name}: ${seen.size} tasks, each worked on once`);
  }
  await reportWidth(podlane, chosen);
  await reportBacklog(podlane, chosen);
}

async function startPeers(scratch: Scratch, postgres: Postgres): Promise<QueueContender[]> {
  const { folder } = scratch;
  const peers: QueueContender[] = [];
  const add = (peer: QueueContender): void => {
    peers.push(peer);
    scratch.defer(() => peer.close());
  };
  let load: LoadPeer | null = null;
  await unlessMissing("peers from npm", async () => {
    load = installPeers(join(folder, "peers"), ["graphile-worker", "pg-boss", "bullmq", "ioredis"]);
  });
  const from = (name: PeerPackage): Promise<unknown> => {
    console.log(`peer: ${describePeer(name)}`);
    return load === null ? Promise.reject(new Error("not installed")) : load(name);
  };
  await unlessMissing("skip locked", async () => {
    add(await startSkipLocked((await postgres()).url, maxWorkers));
  });
  await unlessMissing("graphile-worker", async () => {
    const { url } = await postgres();
    add(await startGraphileWorker(await from("graphile-worker"), url, maxWorkers));
  });
  await unlessMissing("pg-boss", async () => {
    add(await startPgBoss(await from("pg-boss"), (await postgres()).url, maxWorkers));
  });
  await unlessMissing("bullmq", async () => {
    const library = await from("bullmq");
    const redis = await startRedis(join(folder, "redis"));
    scratch.defer(() => redis.stop());
    add(startBullMq(library, redis.socket));
  });
  return peers;
}

interface Stretch {
  readonly workers: number;
  readonly count: number;
  /** False: it warms up, or is there for the check alone. */
  readonly counts: boolean;
}

/** A contender, what it reached by the number of workers, and every task it worked on. */
class Contest {
  readonly contender: QueueContender;
  readonly seen = new Set<string>();
  readonly #rates = new Map<number, number[]>();

  constructor(contender: QueueContender) {
    this.contender = contender;
  }

  /** Tasks a second, round by round. */
  ratesOf(workers: number): readonly number[] {
    return this.#rates.get(workers) ?? [];
  }

  /** Leaves the backlog as long as it was. Throws when a task was worked on twice. */
  async run({ workers, count, counts }: Stretch): Promise<void> {
    const { seconds, worked } = await this.contender.drain(count, workers);
    for (const id of worked) {
      if (id === "" || this.seen.has(id)) throw new Error(`${this.contender.name}: ${id} twice`);
      this.seen.add(id);
    }
    const rate = worked.length / seconds;
    if (counts) this.#rates.set(workers, [...this.ratesOf(workers), rate]);
    await this.contender.fill(worked.length);
  }
}

function report(contests: readonly Contest[], workers: number): void {
  const base = contests[0]?.ratesOf(workers) ?? [];
  console.log(`\nclaim + complete, ${workers} worker(s): median a second; podlane over it`);
  for (const contest of contests) {
    const rates = contest.ratesOf(workers);
    const rate = String(Math.round(spreadOf(rates).median)).padEnd(8);
    const ratio = showRatio(spreadOf(ratiosOf(base, rates)));
    console.log(`  ${contest.contender.name.padEnd(34)} ${rate} ${ratio}`);
  }
}

function reportFlatness(contests: readonly Contest[]): void {
  console.log(`\n${maxWorkers} workers over 1`);
  for (const contest of contests) {
    const ratio = ratiosOf(contest.ratesOf(maxWorkers), contest.ratesOf(1));
    console.log(`  ${contest.contender.name.padEnd(34)} ${showRatio(spreadOf(ratio))}`);
  }
}

/** One worker waits for each of its own answers; more share flushes. */
async function reportWidth(podlane: QueueContender, { smallPiece }: Sizes): Promise<void> {
  console.log("\npodlane by workers, median a second of three:");
  for (const workers of [1, 5, 10, 25, 50]) {
    const rates: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const { seconds, worked } = await podlane.drain(smallPiece, workers);
      rates.push(worked.length / seconds);
      await podlane.fill(worked.length);
    }
    console.log(`  ${String(workers).padEnd(4)} ${Math.round(spreadOf(rates).median)}`);
  }
}

/** The same work with next to no backlog: what the backlog costs. */
async function reportBacklog(
  podlane: QueueContender,
  { backlog, smallPiece }: Sizes,
): Promise<void> {
  const full = await podlane.drain(smallPiece, maxWorkers);
  await podlane.drain(backlog - 2 * smallPiece, maxWorkers);
  const rest = await podlane.drain(smallPiece, maxWorkers);
  const rate = (seconds: number) => Math.round(smallPiece / seconds);
  console.log(
    `backlog ${backlog}: ${rate(full.seconds)} a second; the last: ${rate(rest.seconds)}`,
  );
}
