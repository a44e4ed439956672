/** Whatever is asked, the rules answer as the naive model does, and leave the same claims. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { acquire } from "./cast.ts";
import { ClaimsModel } from "./claims-model.ts";
import { World, client, operator, system } from "./world.ts";
import { AcquireClaim } from "@podlane/protocol";
import type { UnitKey } from "@podlane/protocol";
import { verifies } from "../../../../test/requirements.ts";

const units = [
  "file:a/x",
  "./a//x",
  "file:a/y",
  "a/b/z",
  "dir:a",
  "dir:a/b",
  "dir:.",
  "proc:build",
  "proc:Test",
  "feature:f",
  "feature:f:pause",
];
const agents = ["ada", "bob", "cyd", "dan", "eve"];

interface Pair {
  readonly world: World;
  readonly model: ClaimsModel;
}

type Step = (pair: Pair) => readonly [actual: unknown, expected: unknown];

const anAgent = fc.constantFrom(...agents);

const asking: fc.Arbitrary<Step> = fc
  .record({
    who: anAgent,
    wanted: fc.uniqueArray(fc.constantFrom(...units), { minLength: 1, maxLength: 3 }),
    mode: fc.constantFrom("exclusive", "exclusive", "shared"),
    priority: fc.constantFrom(1, 5, 5, 10),
    ttlMs: fc.constantFrom(3_000, 60_000, 900_000),
    wait: fc.constantFrom<unknown>("none", { deadlineMs: 4_000 }, { deadlineMs: 900_000 }),
  })
  .map(({ who, wanted, ...more }): Step => ({ world, model }) => {
    const params = AcquireClaim.parse({ units: wanted, ...more });
    const expected = model.acquire(who, params, world.log.length + 1);
    const step = acquire(world, client(who), wanted, more);
    const claim = (step.answer as { claim?: { state: string } } | null)?.claim;
    return [step.refusal?.code ?? claim?.state, expected];
  });

const releasing: fc.Arbitrary<Step> = fc.nat().map((pick): Step => ({ world, model }) => {
  const claim = model.claims[pick % Math.max(1, model.claims.length)];
  if (claim === undefined) return [null, null];
  const { id, holder } = claim;
  const step = world.send(client(holder), "claim.release", { claim: id });
  return [step.refusal?.code ?? "released", model.release(id, holder)];
});

const accepting: fc.Arbitrary<Step> = fc.nat().map((pick): Step => ({ world, model }) => {
  const granted = model.claims.filter(({ acceptByMs }) => acceptByMs < Infinity);
  const claim = granted[pick % Math.max(1, granted.length)];
  if (claim === undefined) return [null, null];
  const fence = world.state.claims.live.get(claim.id as never)?.fence;
  world.send(system, "claim.accept", { claim: claim.id, fence });
  model.accept(claim.id);
  return [null, null];
});

const renewing: fc.Arbitrary<Step> = anAgent.map((who): Step => ({ world, model }) => {
  world.send(client(who), "claim.renew");
  model.renew(who);
  return [null, null];
});

const passing: fc.Arbitrary<Step> = fc
  .constantFrom(1, 1_000, 5_000, 70_000, 300_000)
  .map((ms): Step => ({ world, model }) => {
    world.pass(ms);
    model.pass(ms);
    return [null, null];
  });

const making: fc.Arbitrary<Step> = fc.integer({ min: 1, max: 3 }).map((capacity): Step => {
  return ({ world, model }) => {
    const unit = "proc:test" as UnitKey;
    const step = world.send(operator, "claim.set_capacity", { unit, capacity });
    if (step.refusal === null) model.capacities.set(unit, capacity);
    model.settle();
    return [null, null];
  };
});

const steps = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: asking },
    { weight: 5, arbitrary: releasing },
    { weight: 2, arbitrary: accepting },
    { weight: 1, arbitrary: renewing },
    { weight: 2, arbitrary: passing },
    { weight: 1, arbitrary: making },
  ),
  { maxLength: 50 },
);

function claimsOf({ world }: Pair) {
  const live = [...world.state.claims.live.values()].toSorted((a, b) => a.seq - b.seq);
  return live.map(({ id, holder, fence, expiresAtMs }) => {
    return { id, holder, isGranted: fence !== null, expiresAtMs: expiresAtMs ?? Infinity };
  });
}

test(
  verifies("R83", "R84", "R85", "R242", "R246") +
    "claims: the rules and a naive model agree on every answer and on who holds what",
  () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const world = new World();
        const pair = { world, model: new ClaimsModel(world.nowMs) };
        for (const step of sequence) {
          const [actual, expected] = step(pair);
          expect(actual).toEqual(expected);
          const wanted = pair.model.claims.map(({ id, holder, isGranted, expiresAtMs }) => {
            return { id, holder, isGranted, expiresAtMs };
          });
          expect(claimsOf(pair)).toEqual(wanted);
        }
      }),
      { numRuns: 300 },
    );
  },
);
