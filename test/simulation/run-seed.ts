/**
 * One seed, judged: two runs of its scenario that must be the same, and neither may break anything.
 * A failing scenario is made smaller for as long as it fails alike.
 */
import { repeatScenario, runScenario, type RunReport } from "./simulation.ts";
import { type Scenario, scenarioOf } from "./world/scenario.ts";

export interface Failure {
  readonly scenario: Scenario;
  readonly violation: string;
}

export interface Judged {
  readonly report: RunReport;
  readonly failure: Failure | null;
}

export function judgeSeed(seed: number): Promise<Judged> {
  return judge(scenarioOf(seed));
}

/** R2 and everything else: the scenario twice, with one log and one set of answers. */
export async function judge(scenario: Scenario): Promise<Judged> {
  const report = await runScenario(scenario);
  const violation = report.violation ?? (await differenceOf(scenario, report));
  return { report, failure: violation === null ? null : { scenario, violation } };
}

async function differenceOf(
  scenario: Scenario,
  { hash, steps }: RunReport,
): Promise<string | null> {
  return (await repeatScenario(scenario, steps)) === hash
    ? null
    : "R2: the same seed ran otherwise the second time";
}

/** The smallest scenario found that still breaks the same invariant. */
export async function shrink(failure: Failure): Promise<Failure> {
  let smallest = failure;
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const scenario of smallerOnes(smallest.scenario)) {
      const { failure: found } = await judge(scenario);
      if (found === null || nameOf(found) !== nameOf(failure)) continue;
      smallest = found;
      isSmaller = true;
      break;
    }
  }
  return smallest;
}

function* smallerOnes(scenario: Scenario): Iterable<Scenario> {
  const { faults, servers, agents, pods, busyMs, workers = 0, parts = [] } = scenario;
  for (const left of faults) {
    yield { ...scenario, faults: faults.filter((kind) => kind !== left) };
  }
  for (const left of parts) yield { ...scenario, parts: parts.filter((part) => part !== left) };
  if (workers > 0) yield { ...scenario, workers: workers - 1 };
  if (servers > 1) yield { ...scenario, servers: servers - 1 };
  if (agents > 0) yield { ...scenario, agents: agents - 1 };
  if (pods && agents > 0) yield { ...scenario, pods: false };
  for (const part of [0.5, 0.75, 0.9]) {
    const shorterMs = Math.floor(busyMs * part);
    if (shorterMs > 100) yield { ...scenario, busyMs: shorterMs };
  }
}

/** The invariant's name: what stands before the first colon. */
function nameOf({ violation }: Failure): string {
  return violation.slice(0, violation.indexOf(":"));
}

const shownLines = 40;

/** What a person needs: what broke, the way there, and how to go it again. */
export async function describeFailure(failure: Failure): Promise<string> {
  const { trace } = await runScenario(failure.scenario, { traced: true });
  const { seed } = failure.scenario;
  return [
    `seed ${seed}: ${failure.violation}`,
    `the last ${Math.min(shownLines, trace.length)} of ${trace.length} steps of its smallest run:`,
    ...trace.slice(-shownLines).map((line) => line.slice(0, 400)),
    `rerun it:    npm run sim -- --seed ${seed} --runs 1`,
    `keep it:     save the next line as test/simulation/cases/<what broke>.json`,
    JSON.stringify({ violation: failure.violation, scenario: failure.scenario }),
  ].join("\n");
}
