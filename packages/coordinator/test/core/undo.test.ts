import fc from "fast-check";
import { expect, test } from "vitest";
import { Undo } from "../../src/core/undo.ts";

interface Toy {
  map: Map<number, number | undefined>;
  set: Set<number>;
  queue: number[];
  record: { a?: number; b: number };
}

type Change = (toy: Toy, undo: Undo) => void;

const small = fc.nat({ max: 5 });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(small, fc.option(small, { nil: undefined })).map(
    ([key, value]): Change =>
      (toy, undo) =>
        undo.put(toy.map, key, value),
  ),
  small.map(
    (key): Change =>
      (toy, undo) =>
        undo.remove(toy.map, key),
  ),
  small.map(
    (value): Change =>
      (toy, undo) =>
        undo.add(toy.set, value),
  ),
  small.map(
    (value): Change =>
      (toy, undo) =>
        undo.drop(toy.set, value),
  ),
  small.map(
    (value): Change =>
      (toy, undo) =>
        undo.assign(toy.record, "a", value),
  ),
  small.map(
    (value): Change =>
      (toy, undo) =>
        undo.assign(toy.record, "b", value),
  ),
  fc.constant<Change>((toy, undo) => undo.unset(toy.record, "a")),
  fc.tuple(small, small).map(
    ([at, value]): Change =>
      (toy, undo) =>
        undo.insert(toy.queue, Math.min(at, toy.queue.length), value),
  ),
  small.map(
    (at): Change =>
      (toy, undo) =>
        undo.removeAt(toy.queue, at),
  ),
);
const changes = fc.array(change, { maxLength: 40 });

function newToy(): Toy {
  return { map: new Map(), set: new Set(), queue: [], record: { b: 0 } };
}

function apply(list: readonly Change[], toy: Toy, undo: Undo): void {
  for (const one of list) one(toy, undo);
}

test("rollback restores what was there before any changes", () => {
  fc.assert(
    fc.property(changes, changes, (kept, tried) => {
      const toy = newToy();
      const undo = new Undo();
      apply(kept, toy, undo);
      undo.forget();
      const before = structuredClone(toy);
      apply(tried, toy, undo);
      undo.rollback();
      expect(toy).toStrictEqual(before);
    }),
  );
});

test("rollback to a mark keeps the changes before it", () => {
  fc.assert(
    fc.property(changes, changes, (first, second) => {
      const toy = newToy();
      const untouched = structuredClone(toy);
      const undo = new Undo();
      apply(first, toy, undo);
      const atMark = structuredClone(toy);
      const mark = undo.mark();
      apply(second, toy, undo);
      undo.rollbackTo(mark);
      expect(toy).toStrictEqual(atMark);
      undo.rollback();
      expect(toy).toStrictEqual(untouched);
    }),
  );
});

test("a field that was absent is absent again, not undefined", () => {
  const record: { a?: number } = {};
  const undo = new Undo();
  undo.assign(record, "a", 1);
  undo.rollback();
  expect(Object.hasOwn(record, "a")).toBe(false);
});

test("a queue keeps its order over a rollback", () => {
  const queue = [1, 2, 3];
  const undo = new Undo();
  undo.removeAt(queue, 0);
  undo.insert(queue, 2, 4);
  undo.rollback();
  expect(queue).toEqual([1, 2, 3]);
});
