/** Lending, returning and inheriting of scopes, in whatever order: as the naive model says. */
import assert from "node:assert/strict";
import type { PodId, ScopeRule } from "@podlane/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import { findLiving } from "../../src/core/pods/tree.ts";
import { permissionsOf } from "../../src/core/scopes.ts";
import { actorOf, attach, exit, spec } from "./cast.ts";
import { type Flaw, type ModelPod, ScopesModel, targets, universe } from "./scopes-model.ts";
import { World, operator } from "./world.ts";

interface Pair {
  readonly world: World;
  readonly model: ScopesModel;
}

type Step = (pair: Pair) => void;

const pick = fc.nat({ max: 1_000 });

const anyRule: fc.Arbitrary<ScopeRule> = fc.record({
  effect: fc.constantFrom<ScopeRule["effect"]>("allow", "allow", "allow", "deny"),
  target: fc.constantFrom(...targets),
  permission: fc.constantFrom<ScopeRule["permission"]>("write", "write", "read"),
  recursive: fc.constantFrom(true, true, false),
});

const oneTarget = fc.constantFrom(...targets).map((target): ScopeRule[] => {
  return [{ effect: "allow", target, permission: "write", recursive: true }];
});

const anyRules = fc.oneof(oneTarget, fc.array(anyRule, { maxLength: 2 }));

/** Which living pod: any, or the youngest, which makes deep trees. */
const lender = fc.oneof(pick, fc.constant(-1));

const spawning: fc.Arbitrary<Step> = fc
  .record({
    name: fc.constantFrom("p1", "p2", "p3", "p4", "p5", "p6"),
    above: fc.option(lender, { freq: 5 }),
    rules: anyRules,
    delegate: fc.constantFrom(0, 1, 3, null, null, null, null),
  })
  .map(({ name, above, rules, delegate: asked }): Step => ({ world, model }) => {
    const from = above === null ? undefined : nth(model, above);
    const parent = from?.id ?? null;
    const most = from === undefined ? 3 : Math.max(0, from.delegate - 1);
    const delegate = asked ?? most;
    const expected = model.refusalOf({ name, parent, rules, delegate });
    const actor = parent === null ? operator : actorOf(parent);
    const params = { parent, spec: spec(name, { scope: rules, delegate }) };
    const step = world.send(actor, "pod.spawn", params);
    assert.equal(step.refusal?.code ?? null, expected);
    if (step.refusal !== null)
      return assert.ok(step.kinds.every((kind) => kind === "request.denied"));
    const { pod } = step.answer as { pod: { id: PodId } };
    model.add(pod.id, { name, parent, rules, delegate });
    const lends = parent !== null && isWriter(rules);
    assert.equal(step.kinds.includes("scope.lent"), lends);
  });

const dying: fc.Arbitrary<Step> = fc
  .record({ which: pick, cause: fc.constantFrom("finished", "killed", "crashed") })
  .map(({ which, cause }): Step => ({ world, model }) => {
    const pod = nth(model, which);
    if (pod === undefined) return;
    const { events } = exit(world, pod.id as PodId, { cause });
    const to = model.end(pod.id);
    const returned = events.filter(({ kind }) => kind === "scope.returned");
    const lent = pod.root !== pod.id && isWriter(pod.rules);
    assert.deepEqual(
      returned.map(({ data }) => (data as { to: string | null }).to),
      lent ? [to] : [],
    );
  });

const stopping: fc.Arbitrary<Step> = pick.map((which): Step => ({ world, model }) => {
  const pod = nth(model, which);
  if (pod === undefined) return;
  const how = { deadlineMs: 1_000, cause: "requested", tree: false };
  world.must(operator, "pod.stop", { pod: pod.id as PodId, ...how });
  pod.isStopping = true;
});

const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: spawning },
    { weight: 3, arbitrary: dying },
    { weight: 1, arbitrary: stopping },
  ),
  { minLength: 5, maxLength: 30 },
);

function nth({ pods }: ScopesModel, at: number): ModelPod | undefined {
  return [...pods.values()].at(at % Math.max(1, pods.size));
}

function isWriter(rules: readonly ScopeRule[]): boolean {
  const probe = new ScopesModel();
  const pod = { id: "probe", name: "probe", rules, base: "none", delegate: 0 } as const;
  const alone = { ...pod, root: "probe", parent: null, isStopping: false };
  return universe.some((path) => probe.permissionAt(alone, path) === "write");
}

/** Every living pod may do on every path what the model says, and no path has two writers. */
function agree({ world, model }: Pair): void {
  const writers = new Map<string, string>();
  for (const pod of model.pods.values()) {
    const real = findLiving(world.state, pod.id);
    assert.ok(real, `${pod.name} lives`);
    assert.equal(real.parent, pod.parent);
    const permissionAt = permissionsOf(world.state, real);
    for (const path of universe) {
      const found = permissionAt(path);
      assert.equal(found, model.permissionAt(pod, path), `${pod.name} at "${path}"`);
      if (found !== "write") continue;
      const key = `${pod.root} ${path}`;
      assert.equal(writers.get(key), undefined, `"${path}" has two writers`);
      writers.set(key, pod.name);
    }
  }
  assert.equal(world.state.pods.living.size, model.pods.size);
}

function agreement(flaw: Flaw | null) {
  return fc.property(steps, (sequence) => {
    const pair = { world: new World(), model: new ScopesModel(flaw) };
    attach(pair.world);
    for (const step of sequence) {
      step(pair);
      agree(pair);
    }
  });
}

test(
  verifies("R37", "R99") +
    "scopes: the rules and a naive model agree on every loan, every return and every path",
  { timeout: 60_000 },
  () => {
    const found = fc.check(agreement(null), { numRuns: 150 });
    expect(fc.defaultReportMessage(found)).toBeUndefined();
  },
);

describe("the same test tells a model that is wrong", () => {
  const flaws: readonly Flaw[] = [
    "loans never return",
    "lenders keep what they lend",
    "orphans lend nothing",
  ];
  test.each(flaws)("%s", (flaw) => {
    expect(fc.check(agreement(flaw), { numRuns: 150, seed: 1, endOnFailure: true }).failed).toBe(
      true,
    );
  });
});
