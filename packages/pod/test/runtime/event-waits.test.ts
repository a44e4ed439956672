import type { PodId } from "@podlane/protocol";
import { accepted } from "@podlane/protocol";
import { expect, test } from "vitest";
import { EventWaits, type Occurrence } from "../../src/runtime/event-waits.ts";
import { settled } from "./scripted-coordinator.ts";

const never = new AbortController().signal;
const met = accepted(undefined);
const worker = { id: "p-1" as PodId, name: "worker" };
const namesake = { id: "p-2" as PodId, name: "worker" };
const other = { id: "p-3" as PodId, name: "other" };
const message: Occurrence = { kind: "message", pod: null };
const turnOf = { turnEnded: "worker" };

const isOver = (kind: string) => ({
  ok: false,
  error: { code: "unavailable", message: `worker did not finish its turn: ${kind}` },
});

/** Whether a promise has settled by now. */
async function hasSettled(promise: Promise<unknown>): Promise<boolean> {
  let isSettled = false;
  void promise.then(() => (isSettled = true));
  await settled();
  return isSettled;
}

test("what came before the wait is seen once", async () => {
  const waits = new EventWaits();
  waits.take({ kind: "turn_ended", pod: worker });
  expect(await waits.until(turnOf, worker.id, never)).toEqual(met);
  const again = waits.until(turnOf, worker.id, never);
  expect(await hasSettled(again)).toBe(false);
  waits.take({ kind: "turn_ended", pod: worker });
  expect(await again).toEqual(met);
});

test("one occurrence ends one wait, the oldest", async () => {
  const waits = new EventWaits();
  const first = waits.until({ notification: "message" }, null, never);
  const second = waits.until({ notification: "message" }, null, never);
  waits.take(message);
  expect(await first).toEqual(met);
  expect(await hasSettled(second)).toBe(false);
  waits.take(message);
  expect(await second).toEqual(met);
});

test.each(["errored", "shut_down"])("a child that %s did not end its turn", async (kind) => {
  const waits = new EventWaits();
  const waiting = waits.until(turnOf, worker.id, never);
  waits.take({ kind, pod: worker });
  expect(await waiting).toMatchObject(isOver(kind));
});

test("a stopped turn, another pod's turn and messages say nothing of it", async () => {
  const waits = new EventWaits();
  const waiting = waits.until(turnOf, worker.id, never);
  waits.take({ kind: "turn_stopped", pod: worker });
  waits.take({ kind: "turn_ended", pod: other });
  waits.take(message);
  expect(await hasSettled(waiting)).toBe(false);
  expect(await waits.until({ notification: "turn_stopped" }, null, never)).toEqual(met);
});

test("the end of an earlier pod of that name is not the end of this one", async () => {
  const waits = new EventWaits();
  waits.take({ kind: "shut_down", pod: worker });
  const waiting = waits.until(turnOf, namesake.id, never);
  expect(await hasSettled(waiting)).toBe(false);
  waits.take({ kind: "turn_ended", pod: namesake });
  expect(await waiting).toEqual(met);
});

test("of pods that have ended already, the latest of that name is meant", async () => {
  const waits = new EventWaits();
  waits.take({ kind: "shut_down", pod: worker });
  waits.take({ kind: "turn_ended", pod: namesake });
  waits.take({ kind: "shut_down", pod: namesake });
  expect(await waits.until(turnOf, null, never)).toEqual(met);
  expect(await waits.until(turnOf, null, never)).toMatchObject(isOver("shut_down"));
});

test("a pod that nobody has heard of is waited for by its name", async () => {
  const waits = new EventWaits();
  const waiting = waits.until(turnOf, null, never);
  waits.take({ kind: "turn_ended", pod: other });
  waits.take({ kind: "turn_ended", pod: worker });
  expect(await waiting).toEqual(met);
});

test("a cancelled wait takes nothing: what comes later is the next one's", async () => {
  const waits = new EventWaits();
  const turn = new AbortController();
  const cancelled = waits.until({ notification: "message" }, null, turn.signal);
  turn.abort();
  expect(await cancelled).toMatchObject({ error: { code: "interrupted" } });
  waits.take(message);
  const late = await waits.until({ notification: "message" }, null, turn.signal);
  expect(late).toMatchObject({ error: { code: "interrupted" } });
  expect(await waits.until({ notification: "message" }, null, never)).toEqual(met);
});

test("what nobody waits for is kept within a bound, the oldest goes first", async () => {
  const waits = new EventWaits();
  waits.take({ kind: "errored", pod: other });
  for (let n = 0; n < 4_096; n += 1) waits.take(message);
  const waiting = waits.until({ notification: "errored" }, null, never);
  expect(await hasSettled(waiting)).toBe(false);
  for (let n = 0; n < 4_096; n += 1) {
    expect(await waits.until({ notification: "message" }, null, never)).toEqual(met);
  }
});
