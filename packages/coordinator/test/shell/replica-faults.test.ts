/** Repeats, restarts, other writers, failing stores and broken rules. */
import { join } from "node:path";
import { accepted } from "@podlane/protocol";
import { expect, onTestFinished, test } from "vitest";
import { maxRedecisions } from "../../src/limits.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { SqliteLog } from "../../src/log/sqlite-log.ts";
import { tempDir } from "../temp-dir.ts";
import { by, open, StagedLog } from "./harness.ts";
import { verifies } from "../../../../test/requirements.ts";

const key = "file:a";
const unavailable = { ok: false, error: { code: "unavailable" } };

test("a repeat in the same batch gets the first answer", async () => {
  const { replica } = await open();
  const command = by("a", "try", { key }, 1);
  const outcomes = await Promise.all([replica.submit(command), replica.submit(command)]);
  expect(outcomes).toEqual([accepted(1), accepted(1)]);
  expect(replica.head().seq).toBe(1);
});

test("a repeat after a restart gets the first answer, from SQLite", async () => {
  const path = join(tempDir(), "log.db");
  const store = (): StagedLog => new StagedLog(SqliteLog.open(path, { workspaceId: "w1" }));
  const before = await open(store());
  const command = by("a", "try", { key }, 1);
  expect(await before.replica.submit(command)).toEqual(accepted(1));
  await before.replica.submit(by("a", "release", { key }, 2));
  await before.replica.close();
  await before.log.close();

  const after = await open(store());
  onTestFinished(() => after.log.close());
  expect(await after.replica.submit(command)).toEqual(accepted(1));
  expect(after.replica.head().seq).toBe(2);
  expect(after.replica.state).toEqual(before.replica.state);
});

test("a crash between append and answer: the repeat gets the first answer", async () => {
  const store = new MemoryLog();
  const before = await open(new StagedLog(store));
  before.log.onAppend = async (append) => {
    await append();
    throw new Error("killed");
  };
  const command = by("a", "try", { key }, 1);
  expect(await before.replica.submit(command)).toMatchObject(unavailable);
  const after = await open(new StagedLog(store));
  expect(await after.replica.submit(command)).toEqual(accepted(1));
  expect(after.replica.head().seq).toBe(1);
});

test("a failed flush answers unavailable to all, undoes the draft and faults once", async () => {
  const { replica, log, faults } = await open();
  await replica.submit(by("a", "try", { key }, 1));
  const before = structuredClone(replica.state);
  log.onAppend = () => Promise.reject(new Error("ENOSPC"));
  const outcomes = await Promise.all([
    replica.submit(by("a", "release", { key }, 2)),
    replica.submit(by("b", "acquire", { key }, 1)),
    replica.submit(by("b", "holder", { key })),
    replica.tick(),
  ]);
  expect(outcomes).toMatchObject([unavailable, unavailable, unavailable, unavailable]);
  expect(faults).toMatchObject([{ message: "ENOSPC" }]);
  expect(replica.state).toStrictEqual(before);
  expect(await replica.submit(by("b", "holder", { key }))).toMatchObject(unavailable);
  expect(await replica.tick()).toMatchObject(unavailable);
  await replica.close();
  expect(faults).toHaveLength(1);
});

test("a broken rule faults, and its command is told apart from those beside it", async () => {
  const { replica, faults } = await open();
  const outcomes = await Promise.all([
    replica.submit(by("a", "try", { key })),
    replica.submit(by("a", "unheard of", { key })),
    replica.submit(by("b", "holder", { key })),
  ]);
  expect(outcomes).toMatchObject([unavailable, { error: { code: "internal" } }, unavailable]);
  expect(faults).toHaveLength(1);
  expect(replica.state.locks.size).toBe(0);
});

test("a subscriber that throws stops the replica", async () => {
  const { replica, faults } = await open();
  replica.subscribe(() => {
    throw new Error("broken view");
  });
  expect(await replica.submit(by("a", "try", { key }))).toEqual(accepted(1));
  await replica.close();
  expect(faults).toMatchObject([{ message: "broken view" }]);
});

test(
  verifies("R98") + "two replicas on one log decide again what the other was first with",
  async () => {
    const store = new MemoryLog();
    const one = await open(new StagedLog(store), { soleWriter: false });
    const two = await open(new StagedLog(store), { soleWriter: false });
    const seen: number[] = [];
    two.replica.subscribe((events) => seen.push(...events.map(({ seq }) => seq)));
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, index) => {
        const { replica } = index % 2 === 0 ? one : two;
        return replica.submit(by(`c${index}`, "try", { key: `k${index % 10}` }));
      }),
    );
    expect(outcomes.filter(({ ok }) => ok)).toHaveLength(10);
    await one.replica.submit(by("a", "holder", { key }));
    await two.replica.submit(by("a", "holder", { key }));
    expect(one.replica.state).toEqual(two.replica.state);
    expect(seen).toEqual(Array.from({ length: 10 }, (_, index) => index + 1));
    expect(one.log.appends + two.log.appends).toBeGreaterThan(2);
  },
);

test("a read sees what another replica has acknowledged", async () => {
  const store = new MemoryLog();
  const one = await open(new StagedLog(store), { soleWriter: false });
  const two = await open(new StagedLog(store), { soleWriter: false });
  await one.replica.submit(by("a", "try", { key }));
  expect(await two.replica.submit(by("b", "holder", { key }))).toMatchObject({
    value: { who: "a" },
  });
  await one.replica.submit(by("a", "release", { key }));
  expect(await two.replica.submit(by("b", "try", { key }))).toEqual(accepted(3));
});

test("a writer that is never first is refused busy in the end", async () => {
  const { replica, log, faults } = await open();
  const head = await log.inner.head();
  log.onAppend = () => Promise.resolve({ ok: false, conflict: head });
  const outcome = await replica.submit(by("a", "try", { key }));
  expect(outcome).toMatchObject({ error: { code: "busy" } });
  expect(log.appends).toBe(maxRedecisions + 1);
  expect(replica.state.locks.size).toBe(0);
  expect(faults).toEqual([]);
});
