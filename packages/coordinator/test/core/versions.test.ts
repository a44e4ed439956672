import { expect, test } from "vitest";
import { initialState } from "../../src/core/state.ts";
import { Undo } from "../../src/core/undo.ts";
import { EventVersions } from "../../src/core/versions.ts";
import { foldWith } from "../../src/core/workspace-fold.ts";
import { operator } from "./world.ts";

/** A kind that was renamed field by field: `who`, then `holder`, then a list of holders. */
const versions = new EventVersions({
  "unit.taken": [
    (data) => ({ holder: (data as { who: string }).who }),
    (data) => ({ holders: [(data as { holder: string }).holder] }),
  ],
});

const event = { seq: 7, atMs: 0, subject: "x", actor: operator };
const taken = (v: number, data: unknown) => ({ ...event, kind: "unit.taken", v, data });

test("data is lifted from any version to today's, step by step", () => {
  const today = { holders: ["ada"] };
  expect(versions.lift(taken(1, { who: "ada" }))).toEqual(today);
  expect(versions.lift(taken(2, { holder: "ada" }))).toEqual(today);
  expect(versions.lift(taken(3, today))).toBe(today);
  expect([versions.currentOf("unit.taken"), versions.currentOf("unit.freed")]).toEqual([3, 1]);
});

test("what is on the log is not changed by reading it", () => {
  const old = Object.freeze({ who: "ada" });
  versions.lift(taken(1, old));
  expect(old).toEqual({ who: "ada" });
});

test("the fold sees nothing but today's shape", () => {
  const seen: unknown[] = [];
  const evolvers = { "unit.taken": (_state: unknown, data: unknown) => void seen.push(data) };
  const evolve = foldWith(evolvers, versions);
  const state = initialState();
  for (const [v, data] of [{ who: "a" }, { holder: "b" }, { holders: ["c"] }].entries()) {
    evolve(state, taken(v + 1, data), new Undo());
  }
  expect(seen).toEqual([{ holders: ["a"] }, { holders: ["b"] }, { holders: ["c"] }]);
});

test("a version that was never heard of, or a kind, asks for an upgrade and is named", () => {
  const evolve = foldWith({ "unit.taken": () => {} }, versions);
  const fold = (kind: string, v: number) => () =>
    evolve(initialState(), { ...taken(v, {}), kind }, new Undo());
  expect(fold("unit.taken", 4)).toThrow("event 7 is unit.taken v4, unknown to this version");
  expect(fold("unit.freed", 1)).toThrow("upgrade");
});
