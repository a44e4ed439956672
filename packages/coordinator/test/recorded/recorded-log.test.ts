import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import { checkInvariants } from "../../src/core/invariants.ts";
import { Undo } from "../../src/core/undo.ts";
import { verifyChain } from "../../src/log/hash-chain.ts";
import { readEvents } from "../../src/log/read-events.ts";
import { describeFold, foldOf, placeOf, readLog, recordedNames } from "./recorded-log.ts";

describe.each(recordedNames)("the recorded log %s", (name) => {
  /**
   * Fields may be added to the state, and none of what was recorded may go or change: lists and
   * maps must be as they were, to the last entry.
   */
  test(`${verifies("R117")}folds to what it was, for ever`, async () => {
    const recorded: unknown = JSON.parse(readFileSync(placeOf(name).state, "utf8"));
    const fold = await foldOf(await readLog(name));
    expect(describeFold(fold)).toMatchObject(recorded as object);
    expect(checkInvariants(fold.state)).toEqual([]);
  });

  test("has its chain unbroken and holds most kinds of events", async () => {
    const log = await readLog(name);
    expect(await verifyChain(log)).toMatchObject({ ok: true });
    const events = await readEvents(log, { fromSeq: 1, limit: 100_000 });
    expect(new Set(events.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(40);
  });

  test("is taken back event by event to nothing", async () => {
    const log = await readLog(name);
    const fold = await foldOf(log);
    const events = await readEvents(log, { fromSeq: 1, limit: 100_000 });
    const state = fold.rules.initial();
    const undo = new Undo();
    for (const event of events) fold.rules.evolve(state, event, undo);
    undo.rollback();
    expect(state).toEqual(fold.rules.initial());
  });
});
