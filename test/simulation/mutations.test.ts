/** The simulation finds bugs: each one that is planted, within so many seeds. */
import { expect, test } from "vitest";
import { type Mutation, mutations } from "./mutations/list.ts";
import { plant } from "./mutations/plant.ts";
import { scenarioOf } from "./world/scenario.ts";

/** Most are found within ten; the others need two faults to fall together. */
const maxSeeds = 400;

interface Found {
  readonly seed: number;
  readonly violation: string;
}

async function find(mutation: Mutation): Promise<Found | null> {
  const { runScenario } = await plant(mutation);
  for (let seed = 1; seed <= maxSeeds; seed += 1) {
    const { violation } = await runScenario(scenarioOf(seed));
    if (violation !== null) return { seed, violation };
  }
  return null;
}

/** The invariant that broke first, or that a server had to stop. */
function nameOf({ violation }: Found): string {
  return /^server\d+ stopped/.test(violation) ? "server" : (violation.split(":")[0] ?? "");
}

test.each(mutations)("found: $name", { timeout: 300_000 }, async (mutation) => {
  const found = await find(mutation);
  const name = found === null ? `nothing within ${maxSeeds} seeds` : nameOf(found);
  console.log(`seed ${found?.seed}: ${found?.violation.split("\n")[0]?.slice(0, 160)}`);
  expect(mutation.breaks).toContain(name);
});
