/**
 * W10: a log of a million events, the server killed with -9 and started again, until its first
 * grant is answered over the socket: with a snapshot and as many events behind it as there can be,
 * and without one. In turn with PostgreSQL and as many rows in the log of its locks.
 */
import { mkdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { snapshotEveryEvents } from "../packages/coordinator/src/limits.ts";
import { discoverRepository } from "../packages/pod/src/index.ts";
import { stateLayout } from "../packages/protocol/src/node.ts";
import type { BenchOptions } from "./options.ts";
import { postgresFor } from "./peers/postgres.ts";
import { unlessMissing } from "./peers/unless-missing.ts";
import { makeLog } from "./restart/make-log.ts";
import { PodlaneServer } from "./restart/podlane.ts";
import { PostgresServer } from "./restart/postgres.ts";
import { openScratch, type Scratch } from "./scratch.ts";
import { ratiosOf, showRatio, spreadOf } from "./spread.ts";
import { expectOk, makeRepository } from "./workspace.ts";

const events = 1_000_000;
const smallEvents = 20_000;
const rounds = 5;
/** Restarts without a snapshot: each folds the whole log. */
const fullRounds = 3;
/** Every restart adds two; the next snapshot must not come before the last. */
const tailEvents = snapshotEveryEvents - 100;

export async function benchRestart(options: BenchOptions): Promise<void> {
  await using scratch = openScratch();
  const count = options.small ? smallEvents : events;
  const podlane = await fillPodlane(scratch, count);
  const withoutMs: number[] = [];
  for (let round = 0; round < fullRounds; round += 1) {
    podlane.server.forgetSnapshot();
    withoutMs.push(await podlane.server.timeRestart());
  }
  const length = await podlane.server.leaveTail(tailEvents);
  const bytes = statSync(podlane.layout.snapshot).size;
  console.log(`${length} events, ${tailEvents} of them behind a snapshot of ${bytes} bytes`);
  const peer: PostgresServer[] = [];
  if (options.peers) {
    await unlessMissing("PostgreSQL", async () => {
      const cluster = await postgresFor(scratch)();
      peer.push(await PostgresServer.filled(cluster, count));
    });
  }
  for (const postgres of peer) {
    const rows = await postgres.count();
    const ms = await postgres.timeRestart();
    console.log(`PostgreSQL, ${rows} rows, no checkpoint asked for: ${ms.toFixed(0)} ms (once)`);
  }
  const withMs: number[] = [];
  const peerMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    withMs.push(await podlane.server.timeRestart());
    for (const postgres of peer) {
      await postgres.checkpoint();
      await postgres.add(tailEvents);
      peerMs.push(await postgres.timeRestart());
    }
  }
  console.log(`\nfrom the start of the process to the first grant, ms, ${rounds} rounds in turn`);
  show("podlane, with a snapshot", withMs);
  if (peerMs.length > 0) {
    show(`PostgreSQL, ${tailEvents} rows after a checkpoint`, peerMs);
    console.log(`  PostgreSQL over podlane: ${showRatio(spreadOf(ratiosOf(peerMs, withMs)))}`);
  }
  show(`podlane, without a snapshot (${fullRounds} rounds)`, withoutMs);
}

async function fillPodlane({ folder }: Scratch, count: number) {
  const checkout = join(realpathSync(folder), "repository");
  const layout = stateLayout(join(realpathSync(folder), "state"));
  mkdirSync(layout.stateDir, { mode: 0o700 });
  makeRepository(checkout);
  const { workspaceId } = expectOk(await discoverRepository(checkout));
  const startMs = performance.now();
  const made = await makeLog(layout, { workspaceId, events: count });
  const seconds = (performance.now() - startMs) / 1_000;
  const { size } = statSync(layout.log);
  console.log(`${made} events made by the rules in ${seconds.toFixed(1)} s, ${size} bytes`);
  return { layout, server: new PodlaneServer(layout, checkout) };
}

function show(name: string, values: readonly number[]): void {
  const { min, median, max } = spreadOf(values);
  const digits = (ms: number) => ms.toFixed(0);
  console.log(`  ${name.padEnd(44)} ${digits(median)} (${digits(min)}–${digits(max)})`);
}
