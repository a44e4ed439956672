import { PlanTask } from "@podlane/protocol";
import { expect, test } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import { forecast } from "../../src/plan/feasibility.ts";

interface Sketch {
  readonly scope?: readonly string[];
  readonly claims?: readonly string[];
  readonly after?: readonly string[];
  readonly priority?: number;
}

function plan(sketches: Readonly<Record<string, Sketch>>): PlanTask[] {
  return Object.entries(sketches).map(([id, { scope, claims = [], after = [], priority = 5 }]) =>
    PlanTask.parse({
      id,
      dependsOn: after,
      spec: {
        name: id,
        agent: { driver: "shell", command: ["true"] },
        task: "go",
        scope: scope?.map((target) => ({ target, permission: "write" })) ?? null,
        claims,
        priority,
        start: { branch: "main", commit: "a".repeat(40) },
        merge: {},
        settings: {},
      },
    }),
  );
}

test(`${verifies("R183")}FULL: nothing is shared, and all run at once`, () => {
  const found = forecast(plan({ a: { scope: ["src/a"] }, b: { scope: ["src/b"] } }));
  expect(found).toEqual({ feasibility: "FULL", overlaps: [], order: [["a", "b"]] });
});

test(`${verifies("R183")}PARTIAL: some keys are shared, and their pairs are named`, () => {
  const found = forecast(
    plan({
      a: { scope: ["src/a", "docs", "x"] },
      b: { scope: ["src/b", "y"], claims: ["proc:test"] },
      c: { scope: ["src/a/deep"] },
    }),
  );
  expect(found.feasibility).toBe("PARTIAL");
  expect(found.overlaps).toEqual([{ first: "a", second: "c", shared: ["src/a/deep"] }]);
  expect(found.order).toEqual([["a", "b"], ["c"]]);
});

test(`${verifies("R183")}SEQUENTIAL: more than half of the keys are shared`, () => {
  const found = forecast(
    plan({ a: { scope: ["src"] }, b: { scope: ["src/b"] }, c: { scope: ["src/c", "docs"] } }),
  );
  expect(found.feasibility).toBe("SEQUENTIAL");
  expect(found.overlaps.map(({ first, second }) => `${first}${second}`)).toEqual(["ab", "ac"]);
  expect(found.order).toEqual([["a"], ["b", "c"]]);
});

test("exactly half of the keys is not more than half", () => {
  const found = forecast(plan({ a: { scope: ["src", "x"] }, b: { scope: ["src", "y"] } }));
  expect(found.feasibility).toBe("PARTIAL");
});

test("what a dependency puts in order is no overlap", () => {
  const found = forecast(
    plan({ a: { scope: ["src"] }, b: { scope: ["src"], after: ["a"] }, c: { scope: ["docs"] } }),
  );
  expect(found).toEqual({ feasibility: "FULL", overlaps: [], order: [["a", "c"], ["b"]] });
});

test("the better priority comes first in the proposed order", () => {
  const found = forecast(plan({ a: { scope: ["src"] }, b: { scope: ["src"], priority: 1 } }));
  expect(found.order).toEqual([["b"], ["a"]]);
});

test("spellings of one claim are one key; no scope is the whole workspace", () => {
  const spelled = plan({
    a: { scope: ["a"], claims: ["./src//x.ts", "db:Users"] },
    b: { scope: ["b"], claims: ["src/x.ts", "db:users", "env:A"] },
  });
  expect(forecast(spelled).overlaps[0]?.shared).toEqual(["file:src/x.ts", "db:users"]);
  expect(forecast(plan({ a: {}, b: { scope: ["x"] } })).feasibility).toBe("SEQUENTIAL");
});
