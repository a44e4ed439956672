import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import { ancestorsOf, unitsOverlap } from "../../src/unit/unit-overlap.ts";
import { canonicalUnit } from "../../src/unit/unit-key.ts";
import type { UnitKey } from "../../src/unit/unit-key.ts";
import { unwrap } from "../scope/rules.ts";

const key = (raw: string): UnitKey => unwrap(canonicalUnit(raw));

describe("unitsOverlap", () => {
  it.each([
    ["src/a.ts", "src/a.ts", true],
    ["src/a.ts", "src/b.ts", false],
    ["src/a.ts", "src/", true],
    ["src/ab", "src/a/", false],
    ["src/a", "src/a/", true],
    ["src/a", "src/a/b", false],
    ["src/", "src/a/", true],
    ["src/", "docs/", false],
    [".", "src/a.ts", true],
    [".", "src/", true],
    [".", "proc:build", false],
    ["proc:build", "proc:BUILD", true],
    ["proc:build", "flag:build", false],
    ["feature:x", "feature:x:pause", false],
    ["api:users", "api:/users/", true],
    ["api:/users", "api:/users/{id}", false],
  ])("%j and %j: %s", (a, b, expected) => {
    expect(unitsOverlap(key(a), key(b))).toBe(expected);
    expect(unitsOverlap(key(b), key(a))).toBe(expected);
  });

  it(`${verifies("R242")}is what a look-up by ancestors finds`, () => {
    const spelling = fc
      .array(fc.constantFrom("a", "ab", "b"), { maxLength: 4 })
      .chain((segments) =>
        fc.constantFrom(`./${segments.join("/")}`, `${["."].concat(segments).join("/")}/`),
      );
    fc.assert(
      fc.property(spelling, spelling, (rawA, rawB) => {
        const [a, b] = [key(rawA), key(rawB)];
        const found = a === b || ancestorsOf(a).includes(b) || ancestorsOf(b).includes(a);
        expect(unitsOverlap(a, b)).toBe(found);
      }),
      { numRuns: 1_000 },
    );
  });
});

it.each([
  ["a/b/c", ["dir:a/b/c", "dir:a/b", "dir:a", "dir:."]],
  ["a/b/", ["dir:a", "dir:."]],
  [".", []],
  ["proc:build", []],
])("the ancestors of %j are %j", (raw, expected) => {
  expect(ancestorsOf(key(raw))).toEqual(expected);
});
