import type { Receipt } from "@podlane/protocol";
import { accepted } from "@podlane/protocol";
import { describe, expect, test } from "vitest";
import { ReceiptWaits } from "../../src/runtime/receipt-waits.ts";
import { settled } from "./scripted-coordinator.ts";

const never = new AbortController().signal;

const receipt = (state: Receipt["state"], n = 1): Receipt => {
  return { commandId: { client: "c", n }, state, turn: null, reason: null, at: 0 };
};

describe.each([
  { wanted: "queued", ends: ["queued", "shown", "refused", "expired", "dead"], goesOn: [] },
  { wanted: "shown", ends: ["shown", "refused", "expired", "dead"], goesOn: ["queued"] },
] as const)("a wait for $wanted", ({ wanted, ends, goesOn }) => {
  test.each(ends)("ends at %s, stored already or still to come", async (state) => {
    const waits = new ReceiptWaits();
    const reached = receipt(state);
    expect(await waits.until(reached, wanted, never)).toEqual(accepted(reached));
    const waiting = waits.until(receipt("accepted"), wanted, never);
    waits.changed(reached);
    expect(await waiting).toEqual(accepted(reached));
  });

  test.each(["accepted", ...goesOn] as const)("goes on at %s", async (state) => {
    const waits = new ReceiptWaits();
    let isOver = false;
    void waits.until(receipt("accepted"), wanted, never).then(() => (isOver = true));
    waits.changed(receipt(state));
    await settled();
    expect(isOver).toBe(false);
  });
});

test("every waiter of the message is told, and nobody else", async () => {
  const waits = new ReceiptWaits();
  const first = waits.until(receipt("accepted"), "shown", never);
  const second = waits.until(receipt("accepted"), "queued", never);
  let isOtherOver = false;
  void waits.until(receipt("accepted", 2), "queued", never).then(() => (isOtherOver = true));
  waits.changed(receipt("shown"));
  waits.changed(receipt("shown"));
  expect([await first, await second]).toEqual(Array(2).fill(accepted(receipt("shown"))));
  await settled();
  expect(isOtherOver).toBe(false);
});

test("a caller that gives up is told so, and makes room", async () => {
  const waits = new ReceiptWaits();
  const callers = Array.from({ length: 10_000 }, () => new AbortController());
  const crowd = callers.map(({ signal }) => waits.until(receipt("accepted"), "shown", signal));
  const refusedOne = await waits.until(receipt("accepted"), "shown", never);
  expect(refusedOne).toMatchObject({ error: { code: "busy" } });
  for (const caller of callers) caller.abort();
  expect((await Promise.all(crowd)).every((outcome) => !outcome.ok)).toBe(true);
  const gone = await waits.until(receipt("accepted"), "shown", AbortSignal.abort());
  expect(gone).toMatchObject({ error: { code: "interrupted" } });
  const next = waits.until(receipt("accepted"), "shown", never);
  waits.changed(receipt("shown"));
  expect(await next).toEqual(accepted(receipt("shown")));
});
