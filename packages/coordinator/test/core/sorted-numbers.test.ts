import fc from "fast-check";
import { expect, test } from "vitest";
import {
  emptyNumbers,
  firstNumber,
  insertNumber,
  removeNumber,
  visitNumbers,
} from "../../src/core/sorted-numbers.ts";
import type { SortedNumbers } from "../../src/core/sorted-numbers.ts";
import { Undo } from "../../src/core/undo.ts";

function valuesOf(numbers: SortedNumbers): number[] {
  const found: number[] = [];
  visitNumbers(numbers, (value) => {
    found.push(value);
    return true;
  });
  return found;
}

const change = fc.record({ value: fc.integer({ min: 0, max: 3_000 }), insert: fc.boolean() });

test("whatever comes and goes, the list is the sorted set, and a rollback brings it back", () => {
  fc.assert(
    fc.property(fc.nat({ max: 2_000 }), fc.array(change, { maxLength: 400 }), (size, changes) => {
      const numbers = emptyNumbers();
      const model = new Set<number>();
      for (let value = size; value > 0; value -= 1) {
        insertNumber(numbers, value, new Undo());
        model.add(value);
      }
      const before = structuredClone(numbers);
      const undo = new Undo();
      for (const { value, insert } of changes) {
        if (insert) insertNumber(numbers, value, undo);
        else removeNumber(numbers, value, undo);
        if (insert) model.add(value);
        else model.delete(value);
      }
      const wanted = [...model].toSorted((a, b) => a - b);
      expect(valuesOf(numbers)).toEqual(wanted);
      expect(firstNumber(numbers)).toBe(wanted[0]);
      expect(numbers.chunks.every((chunk) => chunk.length > 0 && chunk.length <= 512)).toBe(true);
      undo.rollback();
      expect(numbers).toEqual(before);
    }),
    { numRuns: 50 },
  );
});
