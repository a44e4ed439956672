import { expect, test } from "vitest";
import { evolveCommandIds, findAnswer, newCommandIds } from "../../src/core/command-ids.ts";
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

test("no answer is lost while the room for them grows", () => {
  const ns = [16, 8, 24, 1, 9, 40, 512, 3];
  const ids = given(ns.map((n) => answered(n)));
  for (const n of ns) expect(findAnswer(ids, { client: "a", n }, cli)).toEqual({ n, seq: n });
  expect(findAnswer(ids, { client: "a", n: 17 }, cli)).toBeUndefined();
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
