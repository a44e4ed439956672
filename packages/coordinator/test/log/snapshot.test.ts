import fc from "fast-check";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { snapshotEveryEvents } from "../../src/limits.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { SnapshotFile } from "../../src/log/snapshot.ts";
import { Fold } from "../../src/shell/fold.ts";
import { by, open, StagedLog } from "../shell/harness.ts";
import { toyRules } from "../shell/toy-rules.ts";
import { tempDir } from "../temp-dir.ts";

function place(foldVersion = "v1", path = join(tempDir(), "snapshot")) {
  const notes: string[] = [];
  const file = () => new SnapshotFile({ path, foldVersion, onNote: (note) => notes.push(note) });
  return { path, notes, file };
}

class CountingLog extends MemoryLog {
  readonly from: number[] = [];
  override read(range: Parameters<MemoryLog["read"]>[0]) {
    this.from.push(range.fromSeq);
    return super.read(range);
  }
}

/** A replica has written `count` events and closed. */
async function written(count: number, { file }: ReturnType<typeof place>, prefix = "k") {
  const store = new CountingLog();
  const { replica } = await open(new StagedLog(store), { snapshots: file() });
  for (let n = 1; n <= count; n += 1) {
    await replica.submit(by(`c${n % 5}`, "try", { key: `${prefix}${n}` }, n));
  }
  await replica.close();
  store.from.length = 0;
  return store;
}

test("a restart reads from the snapshot on, and its state is that of a whole fold", async () => {
  const snapshots = place();
  const store = await written(50, snapshots);
  const { replica } = await open(new StagedLog(store), { snapshots: snapshots.file() });
  expect(Math.min(...store.from)).toBe(50);
  const fold = new Fold(toyRules);
  await fold.catchUp(store, () => {});
  expect(replica.state).toStrictEqual(fold.state);
  expect(replica.head()).toEqual(fold.head);
  const repeat = by("c1", "try", { key: "k1" }, 1);
  expect(await replica.submit(repeat)).toEqual({ ok: true, value: 1 });
  expect(replica.head().seq).toBe(50);
});

test("fold is snapshot and tail, wherever the snapshot was taken", async () => {
  const snapshots = place();
  const store = await written(30, snapshots);
  const later = await open(new StagedLog(store));
  for (let n = 1; n <= 30; n += 1) {
    await later.replica.submit(by(`c${n % 5}`, "release", { key: `k${n}` }));
  }
  const { replica } = await open(new StagedLog(store), { snapshots: snapshots.file() });
  expect(replica.state).toStrictEqual(later.replica.state);
  expect(replica.head()).toEqual(later.replica.head());
});

test("one is taken each so many events, while the replica serves", async () => {
  const snapshots = place();
  const { replica } = await open(undefined, { snapshots: snapshots.file() });
  const note = (n: number) => replica.submit(by("a", "note", { key: `${n}` }));
  await Promise.all(Array.from({ length: snapshotEveryEvents - 1 }, (_, n) => note(n)));
  expect(() => statSync(snapshots.path)).toThrow("ENOENT");
  await note(0);
  await expect.poll(() => statSync(snapshots.path).size).toBeGreaterThan(0);
});

test("a damaged snapshot is not used, whatever byte it is", async () => {
  const snapshots = place();
  const store = await written(5, snapshots);
  const whole = readFileSync(snapshots.path);
  const damage = fc.oneof(
    fc.nat(whole.length - 1).map((at) => ({ at, cut: true, bit: 0 })),
    fc.record({ at: fc.nat(whole.length - 1), cut: fc.constant(false), bit: fc.nat(7) }),
  );
  await fc.assert(
    fc.asyncProperty(damage, async ({ at, cut, bit }) => {
      const bytes = Buffer.from(cut ? whole.subarray(0, at) : whole);
      if (!cut) bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      writeFileSync(snapshots.path, bytes);
      expect(await snapshots.file().load(store)).toBeNull();
    }),
  );
  expect(snapshots.notes.join()).toContain("it is damaged");
});

test("a snapshot of other code or another log is not used", async () => {
  const snapshots = place();
  const store = await written(5, snapshots);
  expect(await place("v2", snapshots.path).file().load(store)).toBeNull();
  const other = await written(7, place(), "other");
  expect(await snapshots.file().load(other)).toBeNull();
  expect(await snapshots.file().load(new MemoryLog())).toBeNull();
  expect(await snapshots.file().load(store)).toMatchObject({ head: { seq: 5 } });
});

test("a snapshot that cannot be written is noted and stops nothing", async () => {
  const snapshots = place("v1", join(tempDir(), "none", "snapshot"));
  await written(5, snapshots);
  expect(snapshots.notes.join()).toContain("no snapshot: ENOENT");
});
