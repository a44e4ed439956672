import type { UnitOverlap } from "@podlane/protocol";
import { expect, test } from "vitest";
import { acquire, actorOf, attach, patiently, rules, startPod } from "./cast.ts";
import { World, client } from "./world.ts";

function matrix(world: World, limit = 100): string[] {
  const { overlaps } = world.read("claim.overlaps", { limit });
  const nameOf = ({ a, b }: UnitOverlap) => `${a.name} ${b.name}`;
  return overlaps.flatMap((pair) =>
    pair.keys.map(({ key, a, b }) => `${nameOf(pair)}: ${key} ${a}/${b}`),
  );
}

test("claims overlap with what lies beneath, whoever came first first", () => {
  const world = new World();
  attach(world);
  const pods = ["a", "b", "c"].map((name) => startPod(world, name, { scope: rules(name) }));
  const [a, b, c] = pods.map((id) => actorOf(id));
  if (a === undefined || b === undefined || c === undefined) throw new Error("three pods");
  expect(matrix(world)).toEqual([]);
  acquire(world, c, ["proc:test", "api:/x"]);
  acquire(world, a, ["proc:test"], patiently);
  acquire(world, b, ["api:/x"], { mode: "shared", ...patiently });
  acquire(world, client("s9"), ["dir:c", "file:z"]);
  acquire(world, c, ["file:c/one"], patiently);
  expect(matrix(world)).toEqual([
    "a c: proc:test waits/holds",
    "b c: api:/x waits/holds",
    "c s9: file:c/one waits/holds",
  ]);
});

test("scopes overlap where both may write, and a loan parts a pod from its child", () => {
  const world = new World();
  attach(world);
  startPod(world, "one", { scope: rules("src", "docs/a") });
  const two = startPod(world, "two", { scope: rules("src/api", "docs") });
  expect(matrix(world)).toEqual([
    "one two: dir:docs/a may_write/may_write",
    "one two: dir:src/api may_write/may_write",
  ]);
  startPod(world, "child", { parent: two, scope: rules("src/api") });
  expect(matrix(world)).toEqual([
    "one two: dir:docs/a may_write/may_write",
    "one child: dir:src/api may_write/may_write",
  ]);
  startPod(world, "all");
  expect(matrix(world)).toContain("one all: dir:src may_write/may_write");
  expect(world.read("claim.overlaps", { limit: 2 })).toMatchObject({ truncated: true });
  expect(matrix(world, 2)).toHaveLength(3);
});
