/** What every store of the log must do; one case file over all of them. */
import { join } from "node:path";
import { describe, expect, onTestFinished, test, type TestContext } from "vitest";
import { emptyHead, headOf, verifyChain } from "../../src/log/hash-chain.ts";
import type { Log } from "../../src/log/log.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { readEvents } from "../../src/log/read-events.ts";
import { SqliteLog } from "../../src/log/sqlite-log.ts";
import { openPostgres, pooledPlace, postgresPlace } from "./open-postgres.ts";
import { tempDir } from "../temp-dir.ts";
import { fill, sampleBatch, sampleEvent } from "./sample.ts";
import { verifies } from "../../../../test/requirements.ts";

const stores: Record<string, (context: TestContext) => Log | Promise<Log>> = {
  memory: () => new MemoryLog(),
  sqlite: () => SqliteLog.open(join(tempDir(), "log.db"), { workspaceId: "w1" }),
  postgres: async (context) => openPostgres(await postgresPlace(context)),
  "pooled postgres": async (context) => openPostgres(await pooledPlace(context)),
};

describe.each(Object.entries(stores))("the %s log", (_, open) => {
  async function openLog(context: TestContext): Promise<Log> {
    const log = await open(context);
    onTestFinished(() => log.close());
    return log;
  }

  test("is empty at first", async (context) => {
    const log = await openLog(context);
    expect(await log.head()).toEqual(emptyHead);
    expect(await log.read({ fromSeq: 1, limit: 10 })).toEqual([]);
    expect(await verifyChain(log)).toEqual({ ok: true, head: emptyHead });
  });

  test("gives back the batches appended, byte for byte", async (context) => {
    const log = await openLog(context);
    const batches = await fill(log, [1, 3, 2]);
    const read = await log.read({ fromSeq: 1, limit: 6 });
    expect(read.map(({ events }) => events)).toEqual(batches.map(({ events }) => events));
    expect(read.map(({ hash }) => hash)).toEqual(batches.map(({ hash }) => hash));
    expect(read.map(({ payload }) => Buffer.from(payload).toString())).toEqual(
      batches.map(({ payload }) => Buffer.from(payload).toString()),
    );
    const head = { seq: 6, atMs: sampleEvent(6).atMs, hash: batches[2]?.hash };
    expect(await log.head()).toEqual(head);
    expect(await verifyChain(log)).toEqual({ ok: true, head });
  });

  test("reads from the batch that holds the seq up to the limit", async (context) => {
    const log = await openLog(context);
    await fill(log, [2, 3, 4, 5]);
    const firstSeqs = async (fromSeq: number, limit: number): Promise<number[]> =>
      (await log.read({ fromSeq, limit })).map((batch) => batch.firstSeq);
    expect(await firstSeqs(1, 1)).toEqual([1]);
    expect(await firstSeqs(2, 2)).toEqual([1, 3]);
    expect(await firstSeqs(5, 1)).toEqual([3]);
    expect(await firstSeqs(4, 6)).toEqual([3, 6]);
    expect(await firstSeqs(14, 100)).toEqual([10]);
    expect(await firstSeqs(15, 100)).toEqual([]);
  });

  test("gives single events over batch borders", async (context) => {
    const log = await openLog(context);
    await fill(log, [2, 3, 4]);
    const events = await readEvents(log, { fromSeq: 2, limit: 5 });
    expect(events).toEqual([2, 3, 4, 5, 6].map(sampleEvent));
    expect(await readEvents(log, { fromSeq: 8, limit: 5 })).toEqual([8, 9].map(sampleEvent));
    expect(await readEvents(log, { fromSeq: 8, limit: 0 })).toEqual([]);
  });

  test(
    verifies("R98") + "refuses an append that does not expect the head, and says what it is",
    async (context) => {
      const log = await openLog(context);
      const [first] = await fill(log, [2]);
      const late = sampleBatch(emptyHead, 1);
      const head = await log.head();
      expect(await log.append(late, 0)).toEqual({ ok: false, conflict: head });
      expect(await log.head()).toEqual(first && headOf(first));
    },
  );

  test("stops when the log below was replaced by another of its length", async (context) => {
    const log = await openLog(context);
    await fill(log, [2]);
    const other = { seq: 2, atMs: 0, hash: "f".repeat(64) };
    await expect(log.append(sampleBatch(other, 1), 2)).rejects.toMatchObject({
      code: "corrupt",
      seq: 3,
    });
    expect((await log.head()).seq).toBe(2);
  });

  test("appends events of many scripts and control characters unchanged", async (context) => {
    const log = await openLog(context);
    await fill(log, [1]);
    const [event] = await readEvents(log, { fromSeq: 1, limit: 1 });
    expect(event).toEqual(sampleEvent(1));
  });
});
