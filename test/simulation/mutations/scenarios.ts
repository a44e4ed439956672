/** The seeds in which a planted bug could show: those that have what it is about. */
import { readFileSync } from "node:fs";
import type { Failure } from "../run-seed.ts";
import { type Scenario, scenarioOf } from "../world/scenario.ts";
import type { Mutation, Within } from "./mutation.ts";

export function* scenariosFor(mutation: Mutation, maxSeeds: number): Iterable<Scenario> {
  const { within = {}, case: kept, fromSeed = 1 } = mutation;
  if (kept !== undefined) yield readCase(kept);
  for (let seed = fromSeed, found = 0; found < maxSeeds; seed += 1) {
    const scenario = scenarioOf(seed);
    if (!hasAll(scenario, within)) continue;
    found += 1;
    yield scenario;
  }
}

function readCase(name: string): Scenario {
  const file = new URL(`../cases/${name}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as Failure).scenario;
}

function hasAll(scenario: Scenario, within: Within): boolean {
  const { minServers = 1, pods = false, tasks = false, part, faults } = within;
  if (scenario.servers < minServers || (pods && !scenario.pods)) return false;
  if (tasks && (scenario.workers ?? 0) === 0) return false;
  if (part !== undefined && scenario.parts?.includes(part) !== true) return false;
  return faults === undefined || faults.some((kind) => scenario.faults.includes(kind));
}
