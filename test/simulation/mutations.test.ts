/** The simulation finds bugs: each one that is planted, within so many seeds. */
import { expect, test } from "vitest";
import { mutations } from "./mutations/list.ts";
import type { Mutation } from "./mutations/mutation.ts";
import { plant } from "./mutations/plant.ts";
import { scenariosFor } from "./mutations/scenarios.ts";

/** Most are found within ten; the others need two faults to fall together. */
const maxSeeds = 400;

interface Found {
  readonly seed: number;
  readonly violation: string;
}

async function find(mutation: Mutation): Promise<Found | null> {
  const { runScenario } = await plant(mutation);
  for (const scenario of scenariosFor(mutation, maxSeeds)) {
    const { violation } = await runScenario(scenario);
    if (violation !== null) return { seed: scenario.seed, violation };
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
