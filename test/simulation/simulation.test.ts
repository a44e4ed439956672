/** Thousands of seeds, each run twice, and the cases that once failed. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { describeFailure, type Failure, judge, judgeSeed, shrink } from "./run-seed.ts";
import { runScenario } from "./simulation.ts";
import { scenarioOf } from "./world/scenario.ts";

/** Together at least two thousand; in parts, so that a failure is seen before all have run. */
const parts = 20;
const seedsInPart = 100;

const casesFolder = new URL("cases/", import.meta.url);
const cases = readdirSync(casesFolder).filter((name) => name.endsWith(".json"));

async function expectNoFailure(failure: Failure | null): Promise<void> {
  const text = failure === null ? "" : await describeFailure(await shrink(failure));
  expect(text).toBe("");
}

describe(`seeds 1 to ${parts * seedsInPart}`, () => {
  test.each(Array.from({ length: parts }, (_, part) => part * seedsInPart + 1))(
    verifies("R1", "R83", "R98", "R122", "R246") +
      `from %i: every invariant holds after each step, and each runs alike twice`,
    { timeout: 300_000 },
    async (first) => {
      for (let seed = first; seed < first + seedsInPart; seed += 1) {
        await expectNoFailure((await judgeSeed(seed)).failure);
      }
    },
  );
});

test.each(cases)("case %s fails no more", { timeout: 300_000 }, async (name) => {
  const { scenario } = JSON.parse(readFileSync(new URL(name, casesFolder), "utf8")) as Failure;
  await expectNoFailure((await judge(scenario)).failure);
});

test("the workload reaches every part of what it is about", { timeout: 300_000 }, async () => {
  const missing = new Set([
    "claim.accepted",
    "claim.capacity_set",
    "claim.transferred",
    "merge.merged",
    "pod.reparented",
    "pod.restarting",
    "pod.turn_yielded",
    "registration.ended",
    "registration.recovered",
    "run.paused",
    "scope.returned",
    "task.blocked",
    "task.dead_lettered",
    "task.returned",
  ]);
  for (let seed = 1; seed <= 300 && missing.size > 0; seed += 1) {
    for (const kind of (await runScenario(scenarioOf(seed))).kinds.keys()) missing.delete(kind);
  }
  expect([...missing]).toEqual([]);
});

test("different seeds make different runs", async () => {
  const [one, two] = [await runScenario(scenarioOf(1)), await runScenario(scenarioOf(2))];
  expect(one.hash).not.toBe(two.hash);
});
