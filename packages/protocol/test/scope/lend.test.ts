import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import { isSubscope } from "../../src/scope/compare-scopes.ts";
import { effectiveScope } from "../../src/scope/effective-scope.ts";
import type { EffectiveScope } from "../../src/scope/effective-scope.ts";
import { checkLend, delegateForChild, delegateForTopLevel } from "../../src/scope/lend.ts";
import type { Loan } from "../../src/scope/loan.ts";
import { anyEffective, anyRules, modelPermission, universe } from "./brute-force.ts";
import { rules } from "./rules.ts";

function lender(texts: string[], loans: Loan[] = []) {
  return { scope: effectiveScope("top_level", rules(...texts), { loans }), delegate: 3 };
}

const living = [{ holder: "worker", scope: rules("src/a", "!src/a/keep") }];

describe("checkLend", () => {
  it.each<[string[], string[], string[]]>([
    [[], ["src/a"], ["src/a"]],
    [["src"], ["src/a", "docs:r"], ["src/a", "docs:r"]],
    [["src"], [], []],
    [["src", "!src/gen"], ["src/a"], ["src/a"]],
    [["src", "!keys:r"], ["src/a"], ["src/a", "!keys:r"]],
    [["!keys:r"], ["src/a", "!keys:r"], ["src/a", "!keys:r"]],
    [["src"], ["./src//a/"], ["src/a"]],
  ])("from %j, %j asked for: %j lent", (own, asked, lent) => {
    expect(checkLend(lender(own), rules(...asked))).toEqual({ ok: true, value: rules(...lent) });
  });

  it.each([
    [["src"], ["docs"], "docs: write asked for, the lender has read: no rule grants it"],
    [["src/a"], ["src/ab"], "src/ab: write asked for"],
    [["src"], ["src/b", "."], ".: write asked for"],
    [["src", "!src/gen"], ["src"], "src/gen: write asked for, the lender has read: rule !src/gen"],
    [["src:flat"], ["src"], "beneath src: write asked for"],
    [["!keys:r"], ["keys:r"], "keys: read asked for, the lender has none: rule !keys:r"],
  ])("from %j, refuses %j: %s", (own, asked, message) => {
    const outcome = checkLend(lender(own), rules(...asked));
    expect(outcome).toMatchObject({ ok: false, error: { code: "out_of_scope" } });
    expect(outcome.ok || outcome.error.message).toContain(message);
  });

  it("refuses what is lent already, and names the holder", () => {
    const outcome = checkLend(lender([], living), rules("src"));
    expect(outcome).toMatchObject({ ok: false, error: { data: { target: "src/a" } } });
    expect(outcome.ok || outcome.error.message).toContain("lent to worker");
    expect(checkLend(lender([], living), rules("src/a/keep")).ok).toBe(true);
    expect(checkLend(lender([]), rules("src")).ok).toBe(true);
  });

  it(
    verifies("R232") + "refuses write from a pod that may not delegate, and lets it lend read",
    () => {
      const last = { ...lender([]), delegate: 0 };
      expect(checkLend(last, rules("src"))).toMatchObject({ ok: false, error: { code: "denied" } });
      expect(checkLend(last, rules("src:r", "!docs:r")).ok).toBe(true);
      expect(checkLend(last, []).ok).toBe(true);
    },
  );

  it("refuses a scope that is not valid", () => {
    const rule = { effect: "allow", permission: "write", recursive: true } as const;
    expect(checkLend(lender([]), [{ ...rule, target: "../x" }])).toMatchObject({
      error: { code: "out_of_scope" },
    });
    expect(checkLend(lender([]), [{ ...rule, target: "a\0" }])).toMatchObject({
      error: { code: "invalid_request" },
    });
  });

  it(`${verifies("R232")}never lends more than the lender has`, () => {
    fc.assert(
      fc.property(anyEffective, anyRules, (scope, asked) => {
        const outcome = checkLend({ scope, delegate: 1 }, asked);
        fc.pre(outcome.ok);
        expect(isSubscope(effectiveScope("child", outcome.value), scope)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a tree of pods", () => {
  it(
    verifies("R37", "R232") +
      "has at most one writer a path, and nobody has more than its parent had",
    () => {
      const step = fc.record({ lenderAt: fc.nat(), asked: anyRules, dies: fc.boolean() });
      fc.assert(
        fc.property(anyRules, fc.array(step, { maxLength: 8 }), (own, steps) => {
          const tree = new Tree(effectiveScope("top_level", own));
          for (const { lenderAt, asked, dies } of steps) {
            if (dies) tree.die(lenderAt);
            else tree.lend(lenderAt, asked);
            const scopes = tree.scopes();
            for (const path of universe) {
              const writers = scopes.filter((scope) => modelPermission(scope, path) === "write");
              expect(writers.length).toBeLessThanOrEqual(1);
            }
          }
        }),
        { numRuns: 100 },
      );
    },
  );
});

/** A tree as the coordinator will keep it: a loan a child, living children of the dead adopted. */
class Tree {
  private readonly pods = new Map<number, { parent: number | null; base: EffectiveScope }>();
  private next = 0;

  constructor(root: EffectiveScope) {
    this.add(null, root);
  }

  lend(at: number, asked: EffectiveScope["own"]) {
    const parent = this.pick(at);
    const outcome = checkLend({ scope: this.scopeOf(parent), delegate: 3 }, asked);
    if (outcome.ok) this.add(parent, effectiveScope("child", outcome.value));
  }

  die(at: number) {
    const dead = this.pick(at);
    const parent = this.pods.get(dead)?.parent ?? null;
    if (parent === null) return;
    this.pods.delete(dead);
    for (const pod of this.pods.values()) if (pod.parent === dead) pod.parent = parent;
  }

  scopes(): EffectiveScope[] {
    return [...this.pods.keys()].map((id) => this.scopeOf(id));
  }

  private scopeOf(id: number): EffectiveScope {
    const children = [...this.pods].filter(([, pod]) => pod.parent === id);
    const loans = children.map(([child, pod]) => ({ holder: `p${child}`, scope: pod.base.own }));
    return { ...(this.pods.get(id)?.base ?? effectiveScope("child", [])), loans };
  }

  private pick(at: number): number {
    return [...this.pods.keys()][at % this.pods.size] ?? 0;
  }

  private add(parent: number | null, base: EffectiveScope) {
    this.pods.set(this.next++, { parent, base });
  }
}

describe("delegate", () => {
  it.each([
    [undefined, { ok: true, value: 3 }],
    [0, { ok: true, value: 0 }],
    [4, { error: { code: "denied" } }],
    [-1, { error: { code: "invalid_request" } }],
    [1.5, { error: { code: "invalid_request" } }],
    [Number.NaN, { error: { code: "invalid_request" } }],
  ])("of a top-level pod, %s asked for", (requested, expected) => {
    expect(delegateForTopLevel(requested)).toMatchObject(expected);
  });

  it.each([
    [3, undefined, { ok: true, value: 2 }],
    [3, 2, { ok: true, value: 2 }],
    [3, 1, { ok: true, value: 1 }],
    [3, 3, { error: { code: "denied" } }],
    [1, undefined, { ok: true, value: 0 }],
    [0, undefined, { ok: true, value: 0 }],
    [0, 1, { error: { code: "denied" } }],
  ])("of a child, parent's %s, %s asked for", (parentDelegate, requested, expected) => {
    expect(delegateForChild(parentDelegate, requested)).toMatchObject(expected);
  });
});
