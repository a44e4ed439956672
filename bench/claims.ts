/**
 * W12: 36 writers and 200 waiters on one key, over real sockets and a real log. All of them queue,
 * are handed the key, release it and queue again. The order is checked on the log: grants in the
 * order of asking, tokens that rise, never two at once. Beside it, what the rules alone cost.
 */
import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { coordinatorMethods } from "../packages/protocol/src/index.ts";
import { dial, mintToken } from "../packages/protocol/src/node.ts";
import { type Contest, Claimants } from "./claims/claimants.ts";
import { handOffUs, pairUs } from "./claims/core.ts";
import { checkOrder, type LoggedClaim } from "./claims/order.ts";
import { quantile, spreadOf } from "./spread.ts";
import { expectOk } from "./workspace.ts";

const rounds = 5;
const handOffs = 3_000;
const claimants = 36 + 200;
const pageEvents = 1_000;

export async function benchClaims(): Promise<void> {
  reportCore();
  const folder = mkdtempSync(join(tmpdir(), "podlane-bench-"));
  const key = randomBytes(32);
  writeFileSync(join(folder, "key"), key, { mode: 0o600 });
  const program = fileURLToPath(new URL("./claims/server.ts", import.meta.url));
  const server = fork(program, [folder]);
  try {
    await once(server, "message");
    const socket = join(folder, "coordinator");
    const contestants = new Claimants();
    await contestants.connect(socket, key, claimants);
    const contests: Contest[] = [];
    const serverUs: number[] = [];
    await contestants.run(claimants * 2);
    for (let round = 0; round < rounds; round += 1) {
      const beforeUs = await processorUs(server);
      contests.push(await contestants.run(handOffs));
      serverUs.push(((await processorUs(server)) - beforeUs) / (handOffs + claimants));
    }
    reportContests(contests);
    console.log(`  server's processor time a hand-off, µs  ${show(serverUs, 0)}`);
    const checked = checkOrder(await readClaims(socket, key));
    console.log(`checked on the log: ${checked} grants in order, tokens rising, one at a time`);
    contestants.close();
  } finally {
    server.disconnect();
    rmSync(folder, { recursive: true });
  }
}

async function processorUs(server: ChildProcess): Promise<number> {
  server.send("usage");
  const [usedUs] = (await once(server, "message")) as [number];
  return usedUs;
}

/** Processor time of the rules alone; the first runs warm up. */
function reportCore(): void {
  pairUs(50_000);
  const pairs = Array.from({ length: 9 }, () => pairUs(50_000));
  console.log("rules alone, µs of processor time, median of 9 (least–greatest):");
  console.log(`  acquire and release of a free file      ${show(pairs)}`);
  for (const count of [10, claimants, 1_000]) {
    handOffUs(count, 500);
    const values = Array.from({ length: 9 }, () => handOffUs(count, 1_000));
    const name = `release, grant, ask again; ${count} claimants`;
    console.log(`  ${name.padEnd(39)} ${show(values)}`);
  }
}

function reportContests(contests: readonly Contest[]): void {
  const load = loadavg()[0]?.toFixed(1) ?? "?";
  console.log(
    `\n36 writers and 200 waiters on one key, ${rounds} rounds of ${handOffs} hand-offs;`,
  );
  console.log(`load ${load}; median (least–greatest)`);
  const rates = contests.map(({ requests, seconds }) => requests / seconds);
  console.log(`  requests a second   ${show(rates, 0)}`);
  console.log(
    `  hand-offs a second  ${show(
      contests.map(({ seconds }) => handOffs / seconds),
      0,
    )}`,
  );
  for (const share of [0.5, 0.99]) {
    const values = contests.map(({ handOffMs }) => quantile(handOffMs, share));
    console.log(`  hand-off p${share * 100}, ms    ${show(values)}`);
  }
  const failures = contests.reduce((sum, contest) => sum + contest.failures, 0);
  console.log(`  failures            ${failures}`);
}

function show(values: readonly number[], digits = 2): string {
  const { min, median, max } = spreadOf(values);
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

interface LogPage {
  readonly events: readonly LoggedClaim[];
  readonly next: number | null;
}

async function readClaims(socket: string, key: Uint8Array): Promise<LoggedClaim[]> {
  const token = mintToken(key, { role: "operator" });
  const hello = { role: "operator", token, name: "bench", version: "0" } as const;
  const calls = { calls: coordinatorMethods, serves: {}, handlers: {} };
  const { peer } = expectOk(await dial({ socket, hello, ...calls }));
  const found: LoggedClaim[] = [];
  let from: number | null = 1;
  while (from !== null) {
    const page: LogPage = expectOk(await peer.request("log.read", { from, limit: pageEvents }));
    found.push(...page.events);
    from = page.next;
  }
  peer.close();
  return found;
}
