/**
 * `npm run sim -- --seed N --runs N`: runs that many seeds, each twice, and stops at the first that
 * breaks something. `--case FILE` runs a kept one; `--trace` prints every step of a single run.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { describeFailure, type Failure, judge, shrink } from "./run-seed.ts";
import { runScenario } from "./simulation.ts";
import { type Scenario, scenarioOf } from "./world/scenario.ts";

const { values: options } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    runs: { type: "string", default: "1000" },
    case: { type: "string" },
    trace: { type: "boolean", default: false },
  },
});

function* scenarios(): Iterable<Scenario> {
  if (options.case !== undefined) {
    yield (JSON.parse(readFileSync(options.case, "utf8")) as Failure).scenario;
    return;
  }
  const [first, runs] = [Number(options.seed), Number(options.runs)];
  if (!Number.isInteger(first) || !Number.isInteger(runs) || runs < 1) {
    throw new Error(`--seed and --runs are whole numbers: ${options.seed}, ${options.runs}`);
  }
  for (let seed = first; seed < first + runs; seed += 1) yield scenarioOf(seed);
}

async function main(): Promise<void> {
  const sums = { runs: 0, events: 0, steps: 0, conflicts: 0 };
  const kinds = new Map<string, number>();
  for (const scenario of scenarios()) {
    if (options.trace)
      console.log((await runScenario(scenario, { traced: true })).trace.join("\n"));
    const { report, failure } = await judge(scenario);
    if (failure !== null) {
      console.log(`seed ${scenario.seed} fails; looking for its smallest run …`);
      console.log(await describeFailure(await shrink(failure)));
      process.exitCode = 1;
      break;
    }
    sums.runs += 1;
    sums.events += report.events;
    sums.steps += report.steps;
    sums.conflicts += report.conflicts;
    for (const [kind, count] of report.kinds) kinds.set(kind, (kinds.get(kind) ?? 0) + count);
  }
  const { user } = process.cpuUsage();
  console.log({ ...sums, cpuSeconds: Math.round(user / 1e5) / 10 });
  const byCount = [...kinds].toSorted((a, b) => b[1] - a[1]);
  console.log(byCount.map(([kind, count]) => `${kind} ${count}`).join(", "));
}

await main();
