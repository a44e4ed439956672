/**
 * Damaged files: the log opens to all that was flushed, or it stops and says what is wrong. Never
 * does it go on with less.
 */
import fc from "fast-check";
import { join } from "node:path";
import { expect, test } from "vitest";
import { headOf } from "../../src/log/hash-chain.ts";
import { fastDir, tempDir } from "../temp-dir.ts";
import { type FileName, type Files, recover, victim, withFile, without } from "./damage.ts";

const sizes = [3, 2, 4, 1, 3, 2];

/** In the database file alone, in the write-ahead log alone, and in both. */
const spread = { database: 6, log: 0, both: 3 };

function dataFile(files: Files, name: FileName): Buffer {
  return files.get(name) ?? Buffer.alloc(0);
}

/** Expects of damaged files that they open whole, or that it is said why not. */
function expectation(dir: string, whole: unknown) {
  return async (files: Files): Promise<"opened" | "stopped"> => {
    const recovery = await recover(dir, files);
    if (recovery.kind === "opened") expect(recovery.head).toEqual(whole);
    else expect(recovery.message).toMatch(/seq|database|malformed|disk|schema|log|table/);
    return recovery.kind;
  };
}

async function scene(checkpointed: number) {
  const dir = tempDir();
  const { files, batches } = await victim(dir, sizes, checkpointed);
  const last = batches.at(-1);
  const whole = last && headOf(last);
  const copy = join(fastDir(), "copy");
  return { files, batches, whole, copy, expectWholeOrStopped: expectation(copy, whole) };
}

test.each(Object.entries(spread))("untouched, %s: everything is there", async (_, checkpointed) => {
  const { files, expectWholeOrStopped } = await scene(checkpointed);
  expect(await expectWholeOrStopped(files)).toBe("opened");
});

test("a write-ahead log cut anywhere in its last records: the loss is counted", async () => {
  const { files, batches, expectWholeOrStopped, copy } = await scene(spread.both);
  const wal = dataFile(files, "log.db-wal");
  for (let bytes = wal.length - 1; bytes >= 0; bytes -= 31) {
    expect(await expectWholeOrStopped(withFile(files, "log.db-wal", wal.subarray(0, bytes)))).toBe(
      "stopped",
    );
  }
  const recovery = await recover(copy, withFile(files, "log.db-wal", wal.subarray(0, -1)));
  const { lastSeq = 0, firstSeq = 0 } = batches.at(-1) ?? {};
  expect(recovery).toMatchObject({
    message: expect.stringContaining(`${lastSeq - firstSeq + 1} acknowledged events are lost`),
  });
});

test("once the loss is accepted, the log ends with its last whole batch", async () => {
  const { files, batches, copy } = await scene(spread.both);
  const wal = dataFile(files, "log.db-wal");
  const heads = batches.map(headOf);
  const seen = new Set<number>();
  for (let bytes = wal.length; bytes >= 0; bytes -= 203) {
    const cut = withFile(without(files, "log.head"), "log.db-wal", wal.subarray(0, bytes));
    const recovery = await recover(copy, cut);
    if (recovery.kind !== "opened") throw new Error(recovery.message);
    expect(heads).toContainEqual(recovery.head);
    seen.add(recovery.head.seq);
  }
  expect(seen.size).toBe(sizes.length - spread.both + 1);
});

test("a database file cut anywhere in its last pages", async () => {
  const { files, expectWholeOrStopped } = await scene(spread.database);
  const database = dataFile(files, "log.db");
  for (let cut = 1; cut < database.length; cut += 97) {
    const bytes = database.subarray(0, database.length - cut);
    await expectWholeOrStopped(withFile(files, "log.db", bytes));
  }
  expect(await expectWholeOrStopped(withFile(files, "log.db", database.subarray(0, 4_096)))).toBe(
    "stopped",
  );
});

test.each(Object.entries(spread))("any bit flipped, %s", async (_, checkpointed) => {
  const { files, expectWholeOrStopped } = await scene(checkpointed);
  const name = fc.constantFrom<FileName>("log.db", "log.db-wal", "log.head");
  await fc.assert(
    fc.asyncProperty(name, fc.nat(), fc.nat(7), async (file, position, bit) => {
      const bytes = Buffer.from(dataFile(files, file));
      if (bytes.length === 0) return;
      const at = position % bytes.length;
      bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
      await expectWholeOrStopped(withFile(files, file, bytes));
    }),
    { numRuns: 150 },
  );
});

test.each(Object.entries(spread))("a tail of zeroes, %s", async (_, checkpointed) => {
  const { files, expectWholeOrStopped } = await scene(checkpointed);
  const name = fc.constantFrom<FileName>("log.db", "log.db-wal");
  await fc.assert(
    fc.asyncProperty(name, fc.nat(), async (file, length) => {
      const bytes = Buffer.from(dataFile(files, file));
      if (bytes.length === 0) return;
      bytes.fill(0, bytes.length - (length % bytes.length));
      await expectWholeOrStopped(withFile(files, file, bytes));
    }),
    { numRuns: 80 },
  );
});

test("a log that was put back from an older copy, or is another, is noticed", async () => {
  const { files, expectWholeOrStopped, copy } = await scene(spread.log);
  const other = await victim(tempDir(), [1, 1], spread.log);
  const mixed = new Map([...other.files, ["log.head", dataFile(files, "log.head")]]);
  expect(await expectWholeOrStopped(mixed)).toBe("stopped");
  const longer = await victim(tempDir(), [4, 4, 4, 4], 4);
  const replaced = new Map([...longer.files, ["log.head", dataFile(files, "log.head")]]);
  expect(await recover(copy, replaced)).toMatchObject({
    message: expect.stringContaining("not the one that was flushed there"),
  });
  expect(await expectWholeOrStopped(without(without(files, "log.db"), "log.db-wal"))).toBe(
    "stopped",
  );
});

test("a damaged schema is named; a name in it that only changed case is no damage", async () => {
  const { files, copy, expectWholeOrStopped } = await scene(spread.database);
  const database = dataFile(files, "log.db");
  const schemaFormat = 47;
  const flipped = (at: number, bit: number): Files => {
    const bytes = Buffer.from(database);
    bytes[at] = (bytes[at] ?? 0) ^ bit;
    return withFile(files, "log.db", bytes);
  };
  for (const at of [schemaFormat, database.indexOf("at_ms"), database.indexOf("prev_hash")]) {
    expect(await recover(copy, flipped(at, 1))).toMatchObject({
      message: expect.stringContaining("the log's record at seq 0 is damaged"),
    });
  }
  expect(await expectWholeOrStopped(flipped(database.indexOf("payload"), 0x20))).toBe("opened");
});
