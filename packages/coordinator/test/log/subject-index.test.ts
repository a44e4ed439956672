import { expect, test } from "vitest";
import { headOf } from "../../src/log/hash-chain.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { SubjectIndex } from "../../src/log/subject-index.ts";
import { fill, sampleBatch } from "./sample.ts";

async function seqsOf(index: SubjectIndex, subject: string, fromSeq = 1, limit = 100) {
  return (await index.events(subject, { fromSeq, limit })).map((event) => event.seq);
}

test("finds the events about a subject in order, within the range", async () => {
  const log = new MemoryLog();
  await fill(log, [2, 5, 1, 7]);
  const index = new SubjectIndex(log);
  expect(await seqsOf(index, "fizz")).toEqual([3, 6, 9, 12, 15]);
  expect(await seqsOf(index, "fizz", 6, 2)).toEqual([6, 9]);
  expect(await seqsOf(index, "fizz", 1, 0)).toEqual([]);
  expect(await seqsOf(index, "nobody")).toEqual([]);
});

test("sees what was appended since it was last asked", async () => {
  const log = new MemoryLog();
  const [batch] = await fill(log, [4]);
  const index = new SubjectIndex(log);
  expect(await seqsOf(index, "fizz")).toEqual([3]);
  if (batch !== undefined) await log.append(sampleBatch(headOf(batch), 5), 4);
  expect(await seqsOf(index, "fizz")).toEqual([3, 6, 9]);
});

test("reads the log for what its bound made it forget", async () => {
  const log = new MemoryLog();
  await fill(log, [10, 10, 10, 1]);
  const index = new SubjectIndex(log, { maxEvents: 8 });
  const all = [3, 6, 9, 12, 15, 18, 21, 24, 27, 30];
  expect(await seqsOf(index, "fizz")).toEqual(all);
  expect(await seqsOf(index, "fizz", 4, 3)).toEqual([6, 9, 12]);
  expect(await Promise.all([seqsOf(index, "fizz"), seqsOf(index, "fizz")])).toEqual([all, all]);
});

test("finds the newest about several, also where its bound made it forget", async () => {
  const log = new MemoryLog();
  await fill(log, [10, 10, 10, 1]);
  const alsoAbout = ({ seq }: { seq: number }) => (seq % 7 === 0 ? ["seven"] : []);
  for (const maxEvents of [8, 1_000]) {
    const index = new SubjectIndex(log, { maxEvents, alsoAbout });
    const newest = async (limit: number, ...subjects: string[]) =>
      (await index.newest((one) => subjects.includes(one), limit)).map(({ seq }) => seq);
    expect(await newest(3, "seven")).toEqual([14, 21, 28]);
    expect(await newest(100, "seven")).toEqual([7, 14, 21, 28]);
    expect(await newest(4, "seven", "fizz")).toEqual([24, 27, 28, 30]);
    expect(await newest(5, "nobody")).toEqual([]);
  }
});
