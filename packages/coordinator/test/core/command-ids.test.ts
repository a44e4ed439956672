import { deserialize, serialize } from "node:v8";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  evolveCommandIds,
  findAnswer,
  newCommandIds,
  restoreCommandIds,
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
  expect(ids.clients.get("a")?.places).toHaveLength(2 * keptAnswers);
});

test("with whatever numbers, it keeps the last answer of each place", () => {
  const numbers = fc.array(fc.integer({ min: 1, max: keptAnswers * 3 }), { maxLength: 200 });
  fc.assert(
    fc.property(numbers, (all) => {
      const ids = given(all.map((n) => answered(n)));
      const last = new Map(all.map((n) => [n % keptAnswers, n]));
      const isKept = (n: number) => {
        const found = findAnswer(ids, { client: "a", n }, cli);
        return found !== undefined && "seq" in found && found.seq === n;
      };
      expect(all.filter(isKept)).toEqual(all.filter((n) => last.get(n % keptAnswers) === n));
    }),
  );
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

test("what goes on from a snapshot leaves the snapshot's bytes as they are", () => {
  // Some byte more before the array, and another time none: only aligned ones become views.
  for (const pad of ["", "1", "12", "123", "1234", "12345", "123456", "1234567"]) {
    const bytes = serialize({ pad, ids: given([answered(1)]) });
    const before = Buffer.from(bytes);
    const ids = restoreCommandIds((deserialize(bytes) as { ids: CommandIds }).ids);
    evolveCommandIds(ids, answered(2), new Undo());
    expect(bytes).toEqual(before);
  }
});
