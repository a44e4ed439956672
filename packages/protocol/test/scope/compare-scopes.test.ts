import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import { grantsWrite, isSubscope, overlaps } from "../../src/scope/compare-scopes.ts";
import { effectiveScope } from "../../src/scope/effective-scope.ts";
import { isWithin } from "../../src/scope/path.ts";
import { anyEffective, modelAtMost, modelPermission, universe } from "./brute-force.ts";
import { rules } from "./rules.ts";

function child(...texts: string[]) {
  return effectiveScope("child", rules(...texts));
}

function many(root: string) {
  return rules(...Array.from({ length: 256 }, (_, n) => `${root}/d${n}`));
}

describe("isSubscope", () => {
  it.each<[string[], string[], boolean]>([
    [["src/a"], ["src"], true],
    [["src"], ["src"], true],
    [["src"], ["src/a"], false],
    [["src/ab"], ["src/a"], false],
    [["src/a"], ["src", "!src/a/keep"], false],
    [["src/a", "!src/a/keep"], ["src", "!src/a/keep"], true],
    [["src:flat"], ["src"], true],
    [["src"], ["src:flat"], false],
    [["src/x.ts"], ["src:flat"], false],
    [["src", "!src/a", "!src/a:flat"], ["src", "!src/a"], true],
    [[], ["src"], true],
    [[], ["!keys:r"], false],
    [["!keys:r"], ["!keys:r"], true],
    [[".git"], [], true],
    [["src", "!."], [], true],
  ])("%j within %j: %s", (inner, outer, expected) => {
    expect(isSubscope(child(...inner), child(...outer))).toBe(expected);
  });

  it(`${verifies("R232")}is what brute force says`, () => {
    let subsets = 0;
    fc.assert(
      fc.property(anyEffective, anyEffective, (a, b) => {
        const expected = universe.every((path) =>
          modelAtMost(modelPermission(a, path), modelPermission(b, path)),
        );
        if (expected) subsets += 1;
        expect(isSubscope(a, b)).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
    expect(subsets).toBeGreaterThan(50);
  });

  it("answers for as many rules as scopes may hold", () => {
    const loans = Array.from({ length: 50 }, (_, n) => ({ holder: "w", scope: many(`src/w${n}`) }));
    const lender = effectiveScope("child", rules("src"), { loans });
    expect(isSubscope({ base: "read", own: many("src/new"), loans: [] }, lender)).toBe(true);
    expect(isSubscope({ base: "read", own: many("src/w7"), loans: [] }, lender)).toBe(false);
  });
});

describe("overlaps", () => {
  it.each<[string[], string[], string[]]>([
    [["src"], ["docs"], []],
    [["src"], ["src/a", "docs"], ["src/a"]],
    [["src/a"], ["src/ab"], []],
    [
      ["src", "docs"],
      ["docs", "src/a", "src/a/b"],
      ["docs", "src/a"],
    ],
    [["src", "!src/a"], ["src/a"], []],
    [["src:flat"], ["src/a/b"], []],
    [["src:flat"], ["src/a"], ["src/a"]],
    [["src"], ["src:r"], []],
    [["."], ["."], [""]],
    [[".git"], [".git"], []],
  ])("%j and %j share %j", (a, b, shared) => {
    expect(overlaps(child(...a), child(...b))).toEqual(shared);
    expect(overlaps(child(...b), child(...a))).toEqual(shared);
  });

  it("of two top-level pods without rules is the workspace", () => {
    const whole = effectiveScope("top_level", []);
    expect(overlaps(whole, whole)).toEqual([""]);
  });

  it("counts the paths that no rule names, even where every named one is lent or denied", () => {
    const loans = [{ holder: "w", scope: rules("ab", ".:flat") }];
    const left = effectiveScope("top_level", rules("!a:r"), { loans });
    expect(overlaps(left, effectiveScope("top_level", []))).toEqual([""]);
    expect(modelPermission(left, "unnamed")).toBe("read");
    expect(modelPermission(left, "unnamed/a")).toBe("write");
  });

  it("covers every path that both may write, and is empty only when there is none", () => {
    fc.assert(
      fc.property(anyEffective, anyEffective, (a, b) => {
        const shared = overlaps(a, b);
        const both = universe.filter((path) =>
          [a, b].every((scope) => modelPermission(scope, path) === "write"),
        );
        expect(shared.length > 0).toBe(both.length > 0);
        for (const path of both) {
          expect(shared.some((target) => isWithin(path, target))).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

it("knows whether a scope may write anything", () => {
  expect(grantsWrite(child("src", "!."))).toBe(false);
  expect(grantsWrite(child(".git"))).toBe(false);
  expect(grantsWrite(child("src", "!src:flat"))).toBe(true);
});
