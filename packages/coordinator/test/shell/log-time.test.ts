import fc from "fast-check";
import { expect, test } from "vitest";
import { maxTickMs } from "../../src/limits.ts";
import { LogTime } from "../../src/shell/log-time.ts";
import { by, open } from "./harness.ts";

const key = "file:a";

test("time moves by the store's advance, at most five seconds a tick, never back", () => {
  const time = new LogTime(500, 1_000);
  const after = (storeNowMs: number): number => {
    time.tick(storeNowMs);
    return time.nowMs;
  };
  expect(time.nowMs).toBe(500);
  expect(after(2_000)).toBe(1_500);
  expect(after(2_000)).toBe(1_500);
  expect(after(3_600_000)).toBe(1_500 + maxTickMs);
  expect(after(0)).toBe(1_500 + maxTickMs);
  expect(after(1_000)).toBe(2_500 + maxTickMs);
  time.observe(100_000);
  expect(time.nowMs).toBe(100_000);
  time.observe(1);
  expect(time.nowMs).toBe(100_000);
});

test("replicas that tick side by side move time no faster than their store's clock", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(2), fc.nat(1_500)), { minLength: 1 }), (ticks) => {
      const replicas = [0, 1, 2].map(() => new LogTime(0, 1_000));
      let storeNowMs = 1_000;
      for (const [index, advanceMs] of ticks) {
        storeNowMs += advanceMs;
        const ticking = replicas[index];
        ticking?.tick(storeNowMs);
        for (const other of replicas) other.observe(ticking?.nowMs ?? 0);
        expect(ticking?.nowMs).toBeLessThanOrEqual(storeNowMs);
      }
    }),
  );
});

test("a replica that was suspended goes on from what others moved", () => {
  const time = new LogTime(0, 1_000);
  time.observe(900_000);
  time.tick(901_000);
  expect(time.nowMs).toBe(900_000);
  time.tick(902_000);
  expect(time.nowMs).toBe(901_000);
});

test("an empty log starts at the store's time", () => {
  expect(new LogTime(0, 1_000).nowMs).toBe(1_000);
});

test("time only rises whatever the clock does", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (clock) => {
      const time = new LogTime(0, 0);
      for (const storeNowMs of clock) {
        const beforeMs = time.nowMs;
        time.tick(storeNowMs);
        expect(time.nowMs - beforeMs).toBeGreaterThanOrEqual(0);
        expect(time.nowMs - beforeMs).toBeLessThanOrEqual(maxTickMs);
      }
    }),
  );
});

test("a tick with nothing due appends nothing; a suspended machine expires nothing", async () => {
  const { replica, log, clock } = await open();
  await replica.submit(by("a", "try", { key, ttlMs: maxTickMs * 2 }));
  clock.atMs += 3_600_000;
  await replica.tick();
  expect(log.appends).toBe(1);
  clock.atMs += maxTickMs;
  await replica.tick();
  expect(log.appends).toBe(2);
  expect(await replica.submit(by("b", "try", { key }))).toEqual({ ok: true, value: 3 });
});

test("a tick comes before the commands of its batch", async () => {
  const { replica, clock } = await open();
  await replica.submit(by("a", "try", { key, ttlMs: 1_000 }));
  clock.atMs += 1_000;
  const [outcome] = await Promise.all([replica.submit(by("b", "try", { key })), replica.tick()]);
  expect(outcome).toEqual({ ok: true, value: 3 });
});

test("a restart resumes at the last event's time", async () => {
  const before = await open();
  await before.replica.submit(by("a", "try", { key, ttlMs: 1_000 }));
  const clock = { nowMs: () => 9_000_000 };
  const after = await open(before.log, { clock });
  await after.replica.submit(by("b", "note", { key }));
  const events = await after.replica.readEvents({ fromSeq: 1, limit: 2 });
  expect(events.map(({ atMs }) => atMs)).toEqual([1_000_000, 1_000_000]);
});

test("a clock that cannot be read stops the replica", async () => {
  let reads = 0;
  const { replica, faults } = await open(undefined, {
    clock: {
      nowMs: () => {
        if (reads > 0) throw new Error("no clock");
        reads += 1;
        return 1;
      },
    },
  });
  expect(await replica.tick()).toMatchObject({ error: { code: "unavailable" } });
  expect(faults).toMatchObject([{ message: "no clock" }]);
});
