import * as fc from "fast-check";
import { expect, it } from "vitest";
import { effectiveScope } from "../../src/scope/effective-scope.ts";
import { isGitPath } from "../../src/scope/git-path.ts";
import { isWithin } from "../../src/scope/path.ts";
import { canonicalUnit } from "../../src/unit/unit-key.ts";
import { unitsWithinScope } from "../../src/unit/unit-scope.ts";
import { anyEffective, modelPermission, universe } from "../scope/brute-force.ts";
import { rules, unwrap } from "../scope/rules.ts";

const child = (...texts: string[]) => effectiveScope("child", rules(...texts));
const whole = effectiveScope("top_level", []);

it.each([
  ["src/a/x.ts", child("src/a"), "inside"],
  ["src/a", child("src/a"), "inside"],
  ["src/a/", child("src/a"), "inside"],
  ["src/ab", child("src/a"), "outside"],
  ["src/ab/", child("src/a"), "outside"],
  ["src/", child("src/a"), "straddling"],
  [".", child("src/a"), "straddling"],
  [".", whole, "inside"],
  [".git/config", whole, "outside"],
  ["dir:.git", whole, "outside"],
  ["dir:src", child("src", "!src/.git"), "inside"],
  ["src/a/", child("src/a:flat"), "straddling"],
  ["src/a/x.ts", child("src/a:flat"), "inside"],
  ["src/a/b/", child("src/a:flat"), "straddling"],
  ["src/a/", child("src", "!src/a/gen"), "straddling"],
  ["src/a/gen/", child("src", "!src/a/gen"), "outside"],
  ["docs/", child("src"), "outside"],
  ["docs/", child(), "outside"],
  ["proc:build", child(), "logical"],
  ["feature:x:pause", child("src"), "logical"],
] as const)("%j is sorted by its scope", (raw, scope, place) => {
  const key = unwrap(canonicalUnit(raw));
  const sorted = { inside: [], straddling: [], outside: [], logical: [] };
  expect(unitsWithinScope([key], scope)).toEqual({ ...sorted, [place]: [key] });
});

it("leaves a lender the keys outside its loans", () => {
  const loans = [{ holder: "worker", scope: rules("src/a") }];
  const keys = ["src/a/x.ts", "src/b.ts", "src/"].map((raw) => unwrap(canonicalUnit(raw)));
  const scope = effectiveScope("top_level", rules("src"), { loans });
  expect(unitsWithinScope(keys, scope)).toMatchObject({
    inside: ["file:src/b.ts"],
    straddling: ["dir:src"],
    outside: ["file:src/a/x.ts"],
  });
});

it("sorts directories as brute force does", () => {
  const directory = fc.constantFrom(...universe.filter((path) => path.split("/").length <= 2));
  fc.assert(
    fc.property(anyEffective, directory, (scope, path) => {
      const key = unwrap(canonicalUnit(`dir:${path === "" ? "." : path}`));
      const writable = new Set(
        universe
          .filter((one) => one === path || (isWithin(one, path) && !isGitPath(one)))
          .map((one) => modelPermission(scope, one) === "write"),
      );
      const place = writable.size === 2 ? "straddling" : writable.has(true) ? "inside" : "outside";
      expect(unitsWithinScope([key], scope)[place]).toEqual([key]);
    }),
    { numRuns: 1_000 },
  );
});
