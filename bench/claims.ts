/**
 * W12: 36 writers and 200 waiters on one key, over real sockets and a real log. All of them queue,
 * are handed the key, release it and queue again. The order is checked on the log: grants in the
 * order of asking, tokens that rise, never two at once. Beside it, what the rules alone cost.
 */
import { loadavg } from "node:os";
import { type Contest, Claimants } from "./claims/claimants.ts";
import { handOffUs, pairUs } from "./claims/core.ts";
import { checkOrder } from "./claims/order.ts";
import { readLog } from "./coordinators/read-log.ts";
import { placeOf, startCoordinators } from "./coordinators/start.ts";
import { type BenchOptions, nameOf } from "./options.ts";
import { postgresFor } from "./peers/postgres.ts";
import { openScratch } from "./scratch.ts";
import { quantile, spreadOf } from "./spread.ts";

const rounds = 5;
const handOffs = 3_000;
const smallHandOffs = 300;
const claimants = 36 + 200;

export async function benchClaims(options: BenchOptions): Promise<void> {
  reportCore();
  await using scratch = openScratch();
  const place = await placeOf(options, scratch, postgresFor(scratch));
  const coordinators = await startCoordinators(place);
  scratch.defer(() => coordinators.close());
  const contestants = new Claimants();
  await contestants.connect(coordinators, claimants);
  const count = options.small ? smallHandOffs : handOffs;
  const contests: Contest[] = [];
  const serverUs: number[] = [];
  await contestants.run(claimants * 2);
  for (let round = 0; round < rounds; round += 1) {
    const beforeUs = await coordinators.usedUs();
    contests.push(await contestants.run(count));
    serverUs.push(((await coordinators.usedUs()) - beforeUs) / (count + claimants));
  }
  console.log(`\n${nameOf(options)}: 36 writers and 200 waiters on one key`);
  reportContests(contests, count);
  console.log(`  server's processor time a hand-off, µs  ${show(serverUs, 0)}`);
  const checked = await checkOrder(readLog(coordinators));
  console.log(`checked on the log: ${checked} grants in order, tokens rising, one at a time`);
  contestants.close();
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

function reportContests(contests: readonly Contest[], count: number): void {
  const load = loadavg()[0]?.toFixed(1) ?? "?";
  console.log(`${rounds} rounds of ${count} hand-offs; load ${load}; median (least–greatest)`);
  const rates = contests.map(({ requests, seconds }) => requests / seconds);
  console.log(`  requests a second   ${show(rates, 0)}`);
  console.log(
    `  hand-offs a second  ${show(
      contests.map(({ seconds }) => count / seconds),
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
