/**
 * W1: a lock with a fencing token, acquired and released, each command durable before its answer.
 * 64 connections with 8 commands in flight on each, the same with one, and one client alone; all
 * contenders in turn. Fails when two held a key, a token did not rise or the service's own record
 * does not tell of every grant.
 */
import { join } from "node:path";
import { placeOf } from "./coordinators/start.ts";
import { benchLimits } from "./limits.ts";
import type { LockContender } from "./locks/contender.ts";
import { driveLocks, type Run, type Shape } from "./locks/drive.ts";
import { startEtcdLocks } from "./locks/etcd.ts";
import { createPlpgsql, startPlpgsql } from "./locks/plpgsql.ts";
import { startPodlane } from "./locks/podlane.ts";
import { startRedisLocks } from "./locks/redis.ts";
import { Witness } from "./locks/witness.ts";
import { type BenchOptions, nameOf } from "./options.ts";
import { startEtcd } from "./peers/etcd.ts";
import { describePeer, installPeers } from "./peers/install.ts";
import { postgresFor } from "./peers/postgres.ts";
import { startRedis } from "./peers/redis.ts";
import { unlessMissing } from "./peers/unless-missing.ts";
import { openScratch, type Scratch } from "./scratch.ts";
import { quantile, ratiosOf, showRatio, spreadOf } from "./spread.ts";

const connections = 64;
const shapes: readonly (Shape & { readonly name: string })[] = [
  { name: "64 × 8", connections, depth: 8 },
  { name: "64 × 1", connections, depth: 1 },
  { name: "1 × 1", connections: 1, depth: 1 },
];
const rounds = 5;
const roundMs = 2_000;
const smallRoundMs = 100;

interface TimedRun extends Run {
  /** Processor time of the service a command; not a number where that is not known. */
  readonly serverUs: number;
}

interface Contest {
  readonly contender: LockContender;
  readonly witness: Witness;
  /** Of each shape, round by round. */
  readonly runs: TimedRun[][];
}

export async function benchLocks(options: BenchOptions): Promise<void> {
  await benchLimits(options);
  await using scratch = openScratch();
  const contests: Contest[] = (await startContenders(scratch, options)).map((contender) => ({
    contender,
    witness: new Witness(),
    runs: shapes.map(() => []),
  }));
  const durationMs = options.small ? smallRoundMs : roundMs;
  console.log(`\n${rounds} rounds of all in turn, ${durationMs} ms each`);
  // The first round warms up.
  for (let round = -1; round < rounds; round += 1) {
    for (const at of shapes.keys())
      await runRound(contests, { at, durationMs, counts: round >= 0 });
  }
  report(contests);
  for (const { contender, witness } of contests) await checkRecord(contender, witness);
}

interface Round {
  /** The shape's index. */
  readonly at: number;
  readonly durationMs: number;
  readonly counts: boolean;
}

async function runRound(contests: readonly Contest[], { at, durationMs, counts }: Round) {
  const shape = shapes[at];
  if (shape === undefined) return;
  for (const { contender, witness, runs } of contests) {
    const beforeUs = (await contender.usedUs?.()) ?? Number.NaN;
    const run = await driveLocks(contender, witness, { ...shape, durationMs });
    const usedUs = ((await contender.usedUs?.()) ?? Number.NaN) - beforeUs;
    if (counts) runs[at]?.push({ ...run, serverUs: usedUs / run.commandMs.length });
  }
}

async function startContenders(scratch: Scratch, options: BenchOptions): Promise<LockContender[]> {
  const { folder } = scratch;
  const contenders: LockContender[] = [];
  const add = (contender: LockContender): void => {
    contenders.push(contender);
    scratch.defer(() => contender.close());
  };
  const postgres = postgresFor(scratch);
  const place = await placeOf(options, scratch, postgres);
  add(await startPodlane(nameOf(options), place, connections));
  if (!options.peers) return contenders;
  await unlessMissing("PL/pgSQL", async () => {
    const { url } = await postgres();
    await createPlpgsql(url);
    add(await startPlpgsql(url, connections));
  });
  await unlessMissing("Redis", async () => {
    console.log(`Redis is spoken to by ${describePeer("ioredis")}`);
    const library = await installPeers(join(folder, "peers"), ["ioredis"])("ioredis");
    const redis = await startRedis(join(folder, "redis"));
    scratch.defer(() => redis.stop());
    add(startRedisLocks(library, redis.socket, connections));
  });
  await unlessMissing("etcd", async () => {
    const etcd = await startEtcd(join(folder, "etcd"));
    scratch.defer(() => etcd.stop());
    add(await startEtcdLocks(etcd.port, connections));
  });
  return contenders;
}

function report(contests: readonly Contest[]): void {
  for (const [at, { name }] of shapes.entries()) {
    const ratesOf = ({ runs }: Contest) =>
      (runs[at] ?? []).map(({ pairs, seconds }) => pairs / seconds);
    const base = contests[0] === undefined ? [] : ratesOf(contests[0]);
    console.log(
      `\n${name}: pairs a second; ${contests[0]?.contender.name} over it; p50, p99 in ms`,
    );
    for (const contest of contests) {
      const rates = ratesOf(contest);
      const commandMs = (contest.runs[at] ?? []).flatMap((run) => run.commandMs);
      const latency = [0.5, 0.99].map((share) => quantile(commandMs, share).toFixed(2)).join("  ");
      const rate = String(Math.round(spreadOf(rates).median)).padEnd(8);
      const ratio = showRatio(spreadOf(ratiosOf(base, rates))).padEnd(24);
      console.log(`  ${contest.contender.name.padEnd(34)} ${rate} ${ratio} ${latency}`);
      reportProcessor(contest.runs[at] ?? []);
    }
  }
}

function reportProcessor(runs: readonly TimedRun[]): void {
  const { min, median, max } = spreadOf(runs.map(({ serverUs }) => serverUs));
  if (Number.isNaN(median)) return;
  const [least, greatest] = [min.toFixed(1), max.toFixed(1)];
  console.log(`    its processor time a command: ${median.toFixed(1)} µs (${least}–${greatest})`);
}

async function checkRecord(contender: LockContender, witness: Witness): Promise<void> {
  const grants = await contender.recorded(witness.keys);
  const { name } = contender;
  if (grants !== witness.grants) {
    throw new Error(`${name} recorded ${grants} grants, its clients saw ${witness.grants}`);
  }
  console.log(`checked: ${name}: ${grants} grants, each recorded, tokens rising, one holder a key`);
}
