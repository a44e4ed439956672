import fc from "fast-check";
import { expect, test } from "vitest";
import {
  evolveCommandIds,
  findAnswer,
  newCommandIds,
  packCommandIds,
  unpackCommandIds,
} from "../../src/core/command-ids.ts";
import type { CommandIds } from "../../src/core/command-ids.ts";
import type { Actor, LogEvent } from "../../src/core/event.ts";
import { Undo } from "../../src/core/undo.ts";
import { answerRetentionMs, keptAnswers } from "../../src/limits.ts";

const cli: Actor = { role: "client", id: "k1" };

function answered(n: number, atMs = 0, client = "a"): LogEvent {
  const commandId = { client, n };
  return {
    seq: n,
    atMs,
    v: 1,
    kind: "did",
    subject: "x",
    actor: cli,
    commandId,
    answer: n * 10,
    data: 0,
  };
}

function given(events: readonly LogEvent[]): CommandIds {
  const ids = newCommandIds();
  const undo = new Undo();
  for (const event of events) evolveCommandIds(ids, event, undo);
  return ids;
}

test("a repeat is told where the first answer is", () => {
  const ids = given([answered(1), answered(2)]);
  expect(findAnswer(ids, { client: "a", n: 1 }, cli)).toEqual({ n: 1, seq: 1 });
  expect(findAnswer(ids, { client: "a", n: 3 }, cli)).toBeUndefined();
  expect(findAnswer(ids, { client: "b", n: 1 }, cli)).toBeUndefined();
});

test("a number skipped by a refusal may still be used", () => {
  const ids = given([answered(1), answered(5)]);
  expect(findAnswer(ids, { client: "a", n: 3 }, cli)).toBeUndefined();
});

test("a number older than the answers kept is refused", () => {
  const ids = given(Array.from({ length: keptAnswers + 2 }, (_, index) => answered(index + 1)));
  expect(findAnswer(ids, { client: "a", n: 2 }, cli)).toMatchObject({
    error: { code: "conflict" },
  });
  expect(findAnswer(ids, { client: "a", n: 3 }, cli)).toEqual({ n: 3, seq: 3 });
  expect(ids.clients.get("a")?.answers.recent.size).toBe(keptAnswers);
});

test("another actor gets nothing of a client's answers", () => {
  const ids = given([answered(1)]);
  const thief: Actor = { role: "client", id: "k2" };
  for (const n of [1, 2]) {
    const outcome = findAnswer(ids, { client: "a", n }, thief);
    expect(outcome).toMatchObject({ error: { code: "conflict" } });
  }
});

test("a client not seen for the retention is forgotten, by log time", () => {
  const seen = [answered(1, 1), answered(1, 1 + answerRetentionMs, "b")];
  expect([...given(seen).clients.keys()]).toEqual(["b"]);
  const seenAgain = [answered(1, 1), answered(2, 2), answered(1, 1 + answerRetentionMs, "b")];
  expect([...given(seenAgain).clients.keys()]).toEqual(["a", "b"]);
});

test("what was remembered in a draft is taken back with it", () => {
  const ids = given([answered(1)]);
  const before = structuredClone(ids);
  const undo = new Undo();
  evolveCommandIds(ids, answered(2, answerRetentionMs * 2), undo);
  evolveCommandIds(ids, answered(1, answerRetentionMs * 2, "b"), undo);
  undo.rollback();
  expect(ids).toStrictEqual(before);
});

test("packed at any point, it knows the same repeats as if it never had been", () => {
  // Of few slots, so that they replace each other.
  const number = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.nat(2));
  const numbers = fc.array(
    number.map(([slot, lap]) => slot + lap * keptAnswers),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(numbers, numbers, numbers, (before, between, after) => {
      const whole = given([...before, ...between, ...after].map((n) => answered(n)));
      const undo = new Undo();
      let ids = newCommandIds();
      for (const part of [before, between, after]) {
        ids = unpackCommandIds(structuredClone(packCommandIds(ids)));
        for (const n of part) evolveCommandIds(ids, answered(n), undo);
      }
      for (const n of [...before, ...between, ...after]) {
        expect(findAnswer(ids, { client: "a", n }, cli)).toEqual(
          findAnswer(whole, { client: "a", n }, cli),
        );
      }
    }),
  );
});
