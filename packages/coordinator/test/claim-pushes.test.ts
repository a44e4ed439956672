/**
 * What a holder is told over its own connection: its grant, and the end of a claim that it did not
 * ask for. Real frames over a pair of transports, one coordinator.
 */
import { type ClaimView, PodId } from "@podlane/protocol";
import { expect, test, vi } from "vitest";
import { MemoryLog } from "../src/log/memory-log.ts";
import { verifies } from "../../../test/requirements.ts";
import { connect, type Connected, open } from "./connect.ts";

/** A coordinator and two holders; its time passes when the test says so. */
async function scene() {
  const time = { nowMs: 1_000_000 };
  const clock = { nowMs: () => time.nowMs };
  const server = await open({ log: new MemoryLog(), clock, soleWriter: true });
  const holder = (n: number) =>
    connect(server, { role: "pod", podId: PodId.parse(`p0000000${n}`) });
  return { time, first: await holder(1), second: await holder(2) };
}

async function acquire(
  { peer }: Connected,
  units: string[],
  more: object = {},
): Promise<ClaimView> {
  const asked = await peer.request("claim.acquire", { units, ...more });
  if (!asked.ok) throw new Error(asked.error.message);
  return asked.value.claim;
}

test(
  verifies("R86", "R246") + "a grant is pushed to its waiter, and the answer is the acceptance",
  async () => {
    const { first, second } = await scene();
    const held = await acquire(first, ["proc:a"]);
    const waiting = await acquire(second, ["proc:a"], { wait: { deadlineMs: 60_000 } });
    await first.peer.request("claim.release", { claim: held.id });
    await vi.waitFor(() => expect(second.granted.map(({ id }) => id)).toEqual([waiting.id]));
    await vi.waitFor(async () => {
      const page = await second.peer.request("log.read", { from: 1, limit: 100 });
      const kinds = page.ok ? page.value.events.map(({ kind }) => kind) : [];
      expect(kinds).toContain("claim.accepted");
    });
  },
);

test(`${verifies("R85")}who loses a claim unasked is told; who gives it back is not`, async () => {
  const { time, first: one } = await scene();
  const given = await acquire(one, ["proc:b"]);
  await one.peer.request("claim.release", { claim: given.id });
  const short = await acquire(one, ["proc:a"], { ttlMs: 1_000 });
  time.nowMs += 2_000;
  await vi.waitFor(() => expect(one.lost).toEqual([{ claim: short.id, how: "expired" }]), {
    timeout: 10_000,
  });
});

test("values that are no TTL, priority or deadline are refused at the edge, by name", async () => {
  const { first: one } = await scene();
  const bad = [
    { ttlMs: 0 },
    { ttlMs: -1 },
    { ttlMs: Number.NaN },
    { ttlMs: 999 },
    { ttlMs: 10 * 365 * 86_400_000 },
    { priority: Number.NaN },
    { priority: 0 },
    { priority: 11 },
    { priority: 1.5 },
    { wait: { deadlineMs: 0 } },
    { wait: { deadlineMs: Number.POSITIVE_INFINITY } },
    { mode: "both" },
  ];
  for (const more of bad) {
    const [name = ""] = Object.keys(more);
    const asked = await one.peer.request("claim.acquire", { units: ["a"], ...more } as never);
    expect([more, asked]).toMatchObject([
      {},
      {
        ok: false,
        error: { code: "invalid_request", message: expect.stringContaining(name) },
      },
    ]);
  }
  const listed = await one.peer.request("claim.list", {});
  expect(listed).toMatchObject({ ok: true, value: { claims: [] } });
});
