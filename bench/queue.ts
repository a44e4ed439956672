/**
 * W2: claim and complete a task with 50 workers and a backlog of 100,000, each claim and each
 * completion durable before its answer. Peers take turns in one run; every task that anybody worked
 * on is counted, and one that comes twice fails the bench.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCluster } from "../test/postgres/cluster.ts";
import { startBullMq } from "./queue/bullmq.ts";
import type { QueueContender } from "./queue/contender.ts";
import { startGraphileWorker } from "./queue/graphile-worker.ts";
import {
  describePeer,
  installPeers,
  type LoadPeer,
  type PeerPackage,
} from "./queue/install-peers.ts";
import { startPgBoss } from "./queue/pg-boss.ts";
import { startPodlane } from "./queue/podlane.ts";
import { startRedis } from "./queue/redis.ts";
import { startSkipLocked } from "./queue/skip-locked.ts";
import { ratiosOf, showRatio, spreadOf } from "./spread.ts";

const backlog = 100_000;
const maxWorkers = 50;
const rounds = 5;
/** Some seconds a round for the slowest. */
const piece = 10_000;
const smallPiece = 2_000;

type Close = () => Promise<unknown>;

export async function benchQueue(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "podlane-bench-"));
  const closing: Close[] = [];
  try {
    const podlane = await startPodlane(folder, maxWorkers);
    closing.push(() => podlane.close());
    const peers = await startPeers(folder, closing);
    const contenders = [podlane, ...peers];
    for (const contender of contenders) await contender.fill(backlog);
    console.log(`${rounds} rounds of all in turn: ${piece} of a backlog of ${backlog}`);
    report(await measure(contenders));
    await reportWidth(podlane);
    await reportBacklog(podlane);
  } finally {
    for (const close of closing.toReversed()) await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function startPeers(folder: string, closing: Close[]): Promise<QueueContender[]> {
  const peers: QueueContender[] = [];
  const tryTo = async (what: string, start: () => Promise<void>) => {
    try {
      await start();
    } catch (cause) {
      console.log(`skipped: ${what}: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  };
  const add = (peer: QueueContender) => {
    peers.push(peer);
    closing.push(() => peer.close());
  };
  let load: LoadPeer | null = null;
  await tryTo("peers from npm", async () => {
    load = installPeers(join(folder, "peers"));
  });
  const from = (name: PeerPackage): Promise<unknown> => {
    console.log(`peer: ${describePeer(name)}`);
    return load === null ? Promise.reject(new Error("not installed")) : load(name);
  };
  await tryTo("PostgreSQL and its peers", async () => {
    const cluster = await startCluster({ durable: true });
    closing.push(() => cluster.stop());
    add(await startSkipLocked(cluster.url, maxWorkers));
    await tryTo("graphile-worker", async () =>
      add(await startGraphileWorker(await from("graphile-worker"), cluster.url, maxWorkers)),
    );
    await tryTo("pg-boss", async () => {
      add(await startPgBoss(await from("pg-boss"), cluster.url, maxWorkers));
    });
  });
  await tryTo("bullmq", async () => {
    const library = await from("bullmq");
    const redis = await startRedis(join(folder, "redis"));
    closing.push(() => redis.stop());
    add(startBullMq(library, redis.port));
  });
  return peers;
}

type Rates = ReadonlyMap<string, number[]>;

async function measure(contenders: readonly QueueContender[]): Promise<Rates> {
  const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  const worked = new Map<string, Set<string>>(contenders.map(({ name }) => [name, new Set()]));
  for (let round = -1; round < rounds; round += 1) {
    for (const contender of contenders) {
      const drained = await contender.drain(piece, maxWorkers);
      countOnce(contender.name, drained.worked, worked.get(contender.name) ?? new Set());
      // The first round warms up.
      if (round >= 0) rates.get(contender.name)?.push(piece / drained.seconds);
      await contender.fill(drained.worked.length);
    }
  }
  return rates;
}

/** No task is worked on twice, in this round or across rounds. */
function countOnce(name: string, worked: readonly string[], seen: Set<string>): void {
  for (const id of worked) {
    if (id === "" || seen.has(id)) throw new Error(`${name} worked on ${id} twice`);
    seen.add(id);
  }
}

function report(rates: Rates): void {
  const podlane = rates.get("podlane") ?? [];
  console.log("claim + complete, median a second; podlane over it (least–greatest):");
  for (const [name, values] of rates) {
    const ratio = showRatio(spreadOf(ratiosOf(podlane, values)));
    console.log(
      `  ${name.padEnd(16)} ${String(Math.round(spreadOf(values).median)).padEnd(8)} ${ratio}`,
    );
  }
}

/** One worker waits for each of its own answers; more share flushes. */
async function reportWidth(podlane: QueueContender): Promise<void> {
  console.log("podlane by workers, median a second of three:");
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
async function reportBacklog(podlane: QueueContender): Promise<void> {
  const full = await podlane.drain(smallPiece, maxWorkers);
  await podlane.drain(backlog - 2 * smallPiece, maxWorkers);
  const rest = await podlane.drain(smallPiece, maxWorkers);
  const rate = (seconds: number) => Math.round(smallPiece / seconds);
  console.log(
    `backlog ${backlog}: ${rate(full.seconds)} a second; the last: ${rate(rest.seconds)}`,
  );
}
