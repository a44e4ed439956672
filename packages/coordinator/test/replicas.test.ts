/** Several coordinators on one log, all equal: over the memory log, and over PostgreSQL. */
import type { Outcome, PodId } from "@podlane/protocol";
import { describe, expect, onTestFinished, test, type TestContext, vi } from "vitest";
import type { Coordinator } from "../src/coordinator.ts";
import { MemoryLog } from "../src/log/memory-log.ts";
import { type Connected, connect, open } from "./connect.ts";
import { spec } from "./core/cast.ts";
import { openPostgres, pooledPlace, postgresPlace } from "./log/open-postgres.ts";
import { verifies } from "../../../test/requirements.ts";

type Pair = readonly [Coordinator, Coordinator];

const stores: Record<string, (context: TestContext) => Promise<Pair>> = {
  memory: async () => {
    const log = new MemoryLog();
    return [await open({ log }), await open({ log })];
  },
  postgres: async (context) => {
    const place = await postgresPlace(context);
    return [await openOn(place), await openOn(place)];
  },
  "pooled postgres": async (context) => {
    const place = await pooledPlace(context);
    return [await openOn(place), await openOn(place)];
  },
};

async function openOn(place: Parameters<typeof openPostgres>[0]): Promise<Coordinator> {
  const log = await openPostgres(place);
  return open({ log, clock: log, onHint: (hint) => log.onHint(hint) });
}

async function spawnPod({ peer }: Connected, name: string): Promise<PodId> {
  const spawned = await peer.request("pod.spawn", { parent: null, spec: spec(name) });
  return must(spawned).pod.id;
}

function must<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value;
}

const units = ["file:a"];

describe.each(Object.entries(stores))("two coordinators on one %s log", (_, openPair) => {
  /** A pod on each of them. */
  async function cast(context: TestContext) {
    const [one, two] = await openPair(context);
    const operator = await connect(one);
    const ids = [await spawnPod(operator, "a"), await spawnPod(operator, "b")] as const;
    const a = await connect(one, { role: "pod", podId: ids[0] });
    const b = await connect(two, { role: "pod", podId: ids[1] });
    return { one, two, operator, a, b };
  }

  test("what one has acknowledged, the other knows", async (context) => {
    const { a, b, two } = await cast(context);
    for (let round = 0; round < 20; round += 1) {
      const acquired = await a.peer.request("claim.acquire", { units });
      expect(acquired).toMatchObject({ ok: true, value: { claim: { fence: expect.any(Number) } } });
      const refused = await b.peer.request("claim.acquire", { units, wait: "none" });
      expect(refused).toMatchObject({ ok: false });
      const { claim } = must(acquired);
      const listed = await b.peer.request("claim.list", { units });
      expect(listed).toMatchObject({ ok: true, value: { claims: [{ id: claim.id }] } });
      await a.peer.request("claim.release", { claim: claim.id });
      expect(await b.peer.request("claim.list", { units })).toMatchObject({
        value: { claims: [] },
      });
    }
    const heads = [a, await connect(two)].map(({ peer }) => peer.request("log.head", {}));
    const [first, second] = await Promise.all(heads);
    expect(first).toEqual(second);
  });

  test(verifies("R98") + "of two that take one unit at once, one gets it", async (context) => {
    const { a, b } = await cast(context);
    for (let round = 0; round < 20; round += 1) {
      const wanted = { units: [`file:${round}`], wait: "none" as const };
      const outcomes = await Promise.all([
        a.peer.request("claim.acquire", wanted),
        b.peer.request("claim.acquire", wanted),
      ]);
      expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
    }
  });

  test("a grant reaches the waiter at the other coordinator", async (context) => {
    const { a, b } = await cast(context);
    const held = await a.peer.request("claim.acquire", { units });
    const queued = await b.peer.request("claim.acquire", { units, wait: { deadlineMs: 60_000 } });
    expect(queued).toMatchObject({ ok: true, value: { claim: { fence: null } } });
    const { claim } = must(held);
    await a.peer.request("claim.release", { claim: claim.id });
    await vi.waitFor(() => expect(b.granted).toMatchObject([{ units }]));
  });

  test("a repeat gets its first answer from the other coordinator", async (context) => {
    const { a, b, one, two } = await cast(context);
    await a.peer.request("claim.acquire", { units: ["file:x"] });
    const commandId = { client: "c1", n: 1 };
    const params = { parent: null, spec: spec("third") };
    const at = async (coordinator: Coordinator) =>
      (await connect(coordinator)).peer.request("pod.spawn", params, { commandId });
    const first = await at(one);
    expect(first).toMatchObject({ ok: true });
    expect(await at(two)).toEqual(first);
    expect(await at(one)).toEqual(first);
    const pods = await (await connect(two)).peer.request("pod.list", {});
    expect(pods.ok && pods.value.pods).toHaveLength(3);
    expect(b.granted).toEqual([]);
  });

  test("a long poll sees what happens through the other coordinator", async (context) => {
    const { operator, two } = await cast(context);
    const pod = await spawnPod(operator, "waited-for");
    const waiting = (await connect(two)).peer.request("pod.wait", { pod, until: "ended" });
    await operator.peer.request("pod.stop", { pod });
    expect(await waiting).toMatchObject({ ok: true, value: { pod: { id: pod } } });
  });

  test("a watcher sees every event once, in order, whoever wrote it", async (context) => {
    const { a, b, two } = await cast(context);
    const seen: number[] = [];
    const handlers = { onEvent: (seq: number) => void seen.push(seq), onGap() {}, onEnd() {} };
    const watched = await (await connect(two)).peer.watch("log.watch", { from: 1 }, handlers);
    expect(watched.ok).toBe(true);
    await Promise.all(
      [a, b].map(async ({ peer }, index) => {
        for (let n = 0; n < 10; n += 1) {
          await peer.request("claim.acquire", { units: [`file:${index}/${n}`] });
        }
      }),
    );
    const { value } = (await b.peer.request("log.head", {})) as { value: { seq: number } };
    const all = Array.from({ length: value.seq }, (_unused, index) => index + 1);
    await vi.waitFor(() => expect(seen).toEqual(all));
  });
});

test("one that starts after an idle hour takes up the time of the others", async (context) => {
  const place = await postgresPlace(context);
  const early = await openPostgres(place);
  expect(await early.share(5_000_000)).toBe(5_000_000);
  const late = await openPostgres(place);
  onTestFinished(() => late.close());
  expect(await late.share(1_000_000)).toBe(5_000_000);
  await early.close();
  expect(await late.share(1_000_000)).toBe(1_000_000);
});
