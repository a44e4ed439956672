/**
 * What a holder is told over its own connection: its grant, and the end of a claim that it did not
 * ask for. Real frames over a pair of transports, one coordinator.
 */
import {
  accepted,
  type ClaimEnd,
  type ClaimId,
  type ClaimView,
  connectPeer,
  coordinatorMethods,
  coordinatorPushMethods,
  createMemoryPair,
  type CoordinatorMethods,
  type Peer,
  PodId,
} from "@podlane/protocol";
import { mintToken } from "@podlane/protocol/node";
import { afterEach, expect, test, vi } from "vitest";
import { openCoordinator, type Coordinator } from "../src/coordinator.ts";
import { MemoryLog } from "../src/log/memory-log.ts";
import { verifies } from "../../../test/requirements.ts";

const key = new Uint8Array(32).fill(7);
let coordinator: Coordinator | undefined;
let nowMs = 1_000_000;

afterEach(async () => {
  await coordinator?.close();
});

interface Holder {
  readonly peer: Peer<CoordinatorMethods>;
  readonly grants: ClaimView[];
  readonly losses: { claim: ClaimId; how: ClaimEnd }[];
}

async function open(): Promise<Coordinator> {
  coordinator = await openCoordinator({
    log: new MemoryLog(),
    key,
    version: "1",
    stateDir: "/state",
    socket: "/state/socket",
    nowMs: () => nowMs,
    onFault: (fault) => {
      throw fault;
    },
    onNote: () => {},
    onStop: () => {},
  });
  return coordinator;
}

async function holder(server: Coordinator, n: number): Promise<Holder> {
  const [ours, theirs] = createMemoryPair();
  server.accept(theirs);
  const podId = PodId.parse(`p0000000${n}`);
  const token = mintToken(key, { role: "pod", podId, generation: 1 });
  const hello = { role: "pod", podId, generation: 1, token, name: `h${n}`, version: "1" } as const;
  const heard: Pick<Holder, "grants" | "losses"> = { grants: [], losses: [] };
  const connected = await connectPeer(ours, hello, {
    serves: coordinatorPushMethods,
    handlers: {
      "claim.granted": ({ claim }) => {
        heard.grants.push(claim);
        return accepted({});
      },
      "claim.lost": (lost) => {
        heard.losses.push(lost);
        return accepted({});
      },
    },
    calls: coordinatorMethods,
  });
  if (!connected.ok) throw new Error(connected.error.message);
  return { peer: connected.value.peer, ...heard };
}

async function acquire({ peer }: Holder, units: string[], more: object = {}): Promise<ClaimView> {
  const asked = await peer.request("claim.acquire", { units, ...more });
  if (!asked.ok) throw new Error(asked.error.message);
  return asked.value.claim;
}

test(
  verifies("R86", "R246") + "a grant is pushed to its waiter, and the answer is the acceptance",
  async () => {
    const server = await open();
    const [first, second] = [await holder(server, 1), await holder(server, 2)];
    const held = await acquire(first, ["proc:a"]);
    const waiting = await acquire(second, ["proc:a"], { wait: { deadlineMs: 60_000 } });
    await first.peer.request("claim.release", { claim: held.id });
    await vi.waitFor(() => expect(second.grants.map(({ id }) => id)).toEqual([waiting.id]));
    await vi.waitFor(async () => {
      const page = await second.peer.request("log.read", { from: 1, limit: 100 });
      const kinds = page.ok ? page.value.events.map(({ kind }) => kind) : [];
      expect(kinds).toContain("claim.accepted");
    });
  },
);

test(`${verifies("R85")}whoever loses a claim unasked is told, and who gives it back is not`, async () => {
  const server = await open();
  const one = await holder(server, 1);
  const given = await acquire(one, ["proc:b"]);
  await one.peer.request("claim.release", { claim: given.id });
  const short = await acquire(one, ["proc:a"], { ttlMs: 1_000 });
  nowMs += 2_000;
  await vi.waitFor(() => expect(one.losses).toEqual([{ claim: short.id, how: "expired" }]), {
    timeout: 10_000,
  });
});

test("values that are no TTL, priority or deadline are refused at the edge, by name", async () => {
  const server = await open();
  const one = await holder(server, 1);
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
    expect(asked, JSON.stringify(more)).toMatchObject({
      ok: false,
      error: { code: "invalid_request", message: expect.stringContaining(name) },
    });
  }
  const listed = await one.peer.request("claim.list", {});
  expect(listed).toMatchObject({ ok: true, value: { claims: [] } });
});
