import { accepted } from "@podlane/protocol";
import { expect, test } from "vitest";
import type { LogEvent } from "../../src/core/event.ts";
import { maxBatchCommands, maxCommandChars, maxWaitingCommands } from "../../src/limits.ts";
import { verifyChain } from "../../src/log/hash-chain.ts";
import { by, open } from "./harness.ts";

const key = "file:a";

test("commands of one tick share one append", async () => {
  const { replica, log } = await open();
  const submitted = Array.from({ length: 500 }, (_, index) =>
    replica.submit(by(`c${index}`, "try", { key: `k${index}` })),
  );
  const outcomes = await Promise.all(submitted);
  expect(log.appends).toBe(1);
  expect(outcomes).toEqual(outcomes.map((_, index) => accepted(index + 1)));
});

test("commands that come during a flush form the next batch", async () => {
  const { replica, log } = await open();
  const release = log.hold();
  const flushing = replica.submit(by("a", "try", { key: "k" }));
  const { promise: appending, resolve } = Promise.withResolvers<void>();
  const held = log.onAppend;
  log.onAppend = (append) => (resolve(), held(append));
  await appending;
  const waiting = Array.from({ length: 50 }, (_, index) =>
    replica.submit(by(`c${index}`, "try", { key: `k${index}` })),
  );
  expect(log.appends).toBe(1);
  release();
  await Promise.all([flushing, ...waiting]);
  expect(log.appends).toBe(2);
});

test("a batch is bounded", async () => {
  const { replica, log } = await open();
  const count = maxBatchCommands * 2 + 1;
  const submitted = Array.from({ length: count }, (_, index) =>
    replica.submit(by("a", "note", { key: `${index}` })),
  );
  await Promise.all(submitted);
  expect(log.appends).toBe(3);
});

test("each command sees what those before it in the batch changed", async () => {
  const { replica, log } = await open();
  const [first, second, held] = await Promise.all([
    replica.submit(by("a", "try", { key })),
    replica.submit(by("b", "try", { key })),
    replica.submit(by("b", "holder", { key })),
  ]);
  expect(log.appends).toBe(1);
  expect(first).toEqual(accepted(1));
  expect(second).toMatchObject({ ok: false, error: { code: "busy" } });
  expect(held).toMatchObject({ value: { who: "a", fence: 1 } });
});

test("consequences belong to the command that causes them", async () => {
  const { replica } = await open();
  await replica.submit(by("a", "try", { key }));
  expect(await replica.submit(by("b", "acquire", { key }))).toMatchObject({ value: { who: "a" } });
  await replica.submit(by("a", "release", { key }, 1));
  const events = await replica.readEvents({ fromSeq: 3, limit: 9 });
  expect(events.map(({ kind, actor }) => [kind, actor.id])).toEqual([
    ["released", "a"],
    ["granted", "a"],
  ]);
  expect(events[1]).toMatchObject({ commandId: { client: "a", n: 1 }, answer: null });
  expect(await replica.submit(by("c", "holder", { key }))).toMatchObject({ value: { fence: 4 } });
});

test("a refusal appends nothing, a denial its audit event", async () => {
  const { replica, log } = await open();
  expect(await replica.submit(by("a", "release", { key }))).toMatchObject({ ok: false });
  expect(log.appends).toBe(0);
  const denied = by("a", "forbidden", { key }, 1);
  expect(await replica.submit(denied)).toMatchObject({ error: { code: "denied" } });
  expect(await replica.submit(denied)).toMatchObject({ error: { code: "denied" } });
  expect(replica.state.denials).toBe(2);
});

test("a command too large leaves nothing of itself", async () => {
  const { replica, log } = await open();
  const outcomes = await Promise.all([
    replica.submit(by("a", "note", { key, size: maxCommandChars }, 1)),
    replica.submit(by("b", "try", { key })),
  ]);
  expect(outcomes).toMatchObject([{ error: { code: "too_large" } }, { value: 1 }]);
  expect((await log.inner.head()).seq).toBe(1);
});

test("nothing is acknowledged or published before it is durable", async () => {
  const { replica, log } = await open();
  const seen: string[] = [];
  replica.subscribe((events) => seen.push(...events.map((event) => event.kind)));
  const { promise: appending, resolve } = Promise.withResolvers<void>();
  const { promise: durable, resolve: finish } = Promise.withResolvers<void>();
  log.onAppend = async (append) => {
    resolve();
    await durable;
    return append();
  };
  const answer = replica.submit(by("a", "try", { key })).then(() => seen.push("answered"));
  await appending;
  expect(seen).toEqual([]);
  expect(replica.head().seq).toBe(0);
  finish();
  await answer;
  expect(seen).toEqual(["granted", "answered"]);
});

test("subscribers get every event once, in order, until they leave", async () => {
  const { replica } = await open();
  const seen: LogEvent[] = [];
  const leave = replica.subscribe((events) => seen.push(...events));
  for (const who of ["a", "b", "c"]) await replica.submit(by(who, "acquire", { key }));
  leave();
  await replica.submit(by("a", "release", { key }));
  expect(seen).toEqual(await replica.readEvents({ fromSeq: 1, limit: seen.length }));
  expect(seen.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
});

test("the only writer reads no head; another does once a batch, also for a refusal", async () => {
  const alone = await open();
  await alone.replica.submit(by("a", "holder", { key }));
  expect(alone.log.headReads).toBe(0);
  const shared = await open(undefined, { soleWriter: false });
  await Promise.all([
    shared.replica.submit(by("a", "holder", { key })),
    shared.replica.submit(by("a", "release", { key })),
  ]);
  expect(shared.log.headReads).toBe(1);
});

test("more waiting commands than the bound are refused busy", async () => {
  const { replica, log } = await open();
  const query = by("a", "holder", { key });
  const answers = Array.from({ length: maxWaitingCommands }, () => replica.submit(query));
  expect(await replica.submit(query)).toMatchObject({ error: { code: "busy" } });
  await Promise.all(answers);
  expect(log.appends).toBe(0);
});

test("close answers what waits and takes no more", async () => {
  const { replica, log } = await open();
  const waiting = replica.submit(by("a", "try", { key }));
  const closed = replica.close();
  expect(await replica.submit(by("b", "try", { key }))).toMatchObject({
    error: { code: "unavailable" },
  });
  await closed;
  expect(await waiting).toEqual(accepted(1));
  expect(await verifyChain(log)).toMatchObject({ ok: true, head: replica.head() });
  await replica.close();
});
