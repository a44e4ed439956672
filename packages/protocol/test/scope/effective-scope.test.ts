import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import type { Permission } from "../../src/scope-rule.ts";
import {
  compileScope,
  effectivePermission,
  effectiveScope,
} from "../../src/scope/effective-scope.ts";
import type { PodRank } from "../../src/scope/effective-scope.ts";
import { checkAccess } from "../../src/scope/explain.ts";
import { anyEffective, modelPermission, universe } from "./brute-force.ts";
import { rules } from "./rules.ts";

describe("effectivePermission", () => {
  it.each<[PodRank, string[], string, Permission]>([
    ["top_level", [], "src/a.ts", "write"],
    ["top_level", [], "", "write"],
    ["child", [], "src/a.ts", "read"],
    ["top_level", ["src"], "src/a/b.ts", "write"],
    ["top_level", ["src"], "docs/a.md", "read"],
    ["top_level", ["docs:r"], "src/a.ts", "read"],
    ["top_level", ["!vendor"], "src/a.ts", "write"],
    ["top_level", ["!vendor"], "vendor/x/y.c", "read"],
    ["top_level", ["!vendor:r"], "vendor/x/y.c", "none"],
    ["child", ["src/a"], "src/a", "write"],
    ["child", ["src/a"], "src/ab", "read"],
    ["child", ["src/a"], "src/a.ts", "read"],
    ["child", ["src/a"], "src", "read"],
    ["child", ["src", "!src/gen"], "src/gen/x.ts", "read"],
    ["child", ["!src", "src/gen"], "src/gen/x.ts", "read"],
    ["child", ["src:r", "src"], "src/x.ts", "write"],
    ["child", ["src", "!src:r"], "src/x.ts", "none"],
    ["child", ["src:flat"], "src", "write"],
    ["child", ["src:flat"], "src/x.ts", "write"],
    ["child", ["src:flat"], "src/a/x.ts", "read"],
    ["child", ["src", "!src:flat"], "src/x.ts", "read"],
    ["child", ["src", "!src:flat"], "src/a/x.ts", "write"],
    ["child", [".:flat"], "package.json", "write"],
    ["child", [".:flat"], "src/x.ts", "read"],
    ["top_level", [], ".git/config", "read"],
    ["top_level", [".git"], ".git/hooks/pre-commit", "read"],
    ["child", ["sub"], "sub/.GIT/HEAD", "read"],
    ["child", ["sub"], "sub/.gitignore", "write"],
    ["child", ["docs/cafe\u0301"], "docs/caf\u00e9/menu.md", "write"],
  ])("a %s pod with %j at %j: %s", (rank, texts, path, expected) => {
    expect(effectivePermission(effectiveScope(rank, rules(...texts)), path)).toBe(expected);
  });

  it("is what brute force says, with loans", () => {
    fc.assert(
      fc.property(anyEffective, (scope) => {
        const permissionAt = compileScope(scope);
        for (const path of universe) expect(permissionAt(path)).toBe(modelPermission(scope, path));
      }),
      { numRuns: 300 },
    );
  });

  it("does not depend on the order of rules", () => {
    fc.assert(
      fc.property(anyEffective, fc.constantFrom(...universe), (scope, path) => {
        const turned = { ...scope, own: scope.own.toReversed() };
        expect(effectivePermission(turned, path)).toBe(effectivePermission(scope, path));
      }),
    );
  });
});

describe("a scope with loans", () => {
  const loan = { holder: "worker", scope: rules("src/a", "!src/a/keep") };
  const lender = effectiveScope("top_level", rules("src"), { loans: [loan] });

  it.each<[string, Permission]>([
    ["src/a/x.ts", "read"],
    ["src/a", "read"],
    ["src/a/keep/x.ts", "write"],
    ["src/ab", "write"],
    ["src/b.ts", "write"],
    ["docs", "read"],
  ])("leaves the lender %j: %s", (path, expected) => {
    expect(effectivePermission(lender, path)).toBe(expected);
  });

  it(`${verifies("R30")}has everything back when the loan is dropped`, () => {
    const returned = { ...lender, loans: [] };
    expect(effectivePermission(returned, "src/a/x.ts")).toBe("write");
  });

  it(
    verifies("R30", "R234") + "keeps only what a living grandchild holds when the child is gone",
    () => {
      const adopted = { ...lender, loans: [{ holder: "grandchild", scope: rules("src/a/deep") }] };
      expect(effectivePermission(adopted, "src/a/x.ts")).toBe("write");
      expect(effectivePermission(adopted, "src/a/deep/x.ts")).toBe("read");
    },
  );

  it("loses nothing to a loan that only reads", () => {
    const reader = { holder: "reader", scope: rules("src/b:r") };
    const scope = effectiveScope("top_level", rules("src"), { loans: [reader] });
    expect(effectivePermission(scope, "src/b/x.ts")).toBe("write");
  });
});

describe("checkAccess", () => {
  const scope = effectiveScope("child", rules("src", "!src/gen", "!keys:r"), {
    loans: [{ holder: "worker", scope: rules("src/a") }],
  });

  it("answers the canonical path", () => {
    expect(checkAccess(scope, "./src/x/../b.ts", { wanted: "write" })).toEqual({
      ok: true,
      value: "src/b.ts",
    });
    expect(checkAccess(scope, "src/a/x.ts", { wanted: "read" }).ok).toBe(true);
  });

  it.each([
    ["src/a/x.ts", "lent to worker"],
    ["src/gen/x.ts", "rule !src/gen denies it"],
    ["src/.git/config", "git's own files"],
    ["docs/x.md", "no rule grants it (scope: src !src/gen !keys:r)"],
    ["keys/id", "none held: rule !keys:r denies it"],
    ["../elsewhere", "climbs out"],
    ["/etc/passwd", "is absolute"],
    ["src/../../x", "climbs out"],
  ])("refuses to write %j: %s", (path, reason) => {
    const outcome = checkAccess(scope, path, { wanted: "write" });
    expect(outcome).toMatchObject({ ok: false, error: { code: "out_of_scope" } });
    expect(outcome.ok || outcome.error.message).toContain(reason);
  });
});
