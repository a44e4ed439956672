/**
 * A coordinator that serves connections in memory, with a clock that the test moves.
 */
import {
  connectPeer,
  coordinatorMethods,
  type CoordinatorMethods,
  createMemoryPair,
  type Outcome,
  type Peer,
  type PodId,
  type ResultOf,
  type Role,
} from "@podlane/protocol";
import { mintToken } from "@podlane/protocol/node";
import { vi } from "vitest";
import type { Coordinator } from "../../src/coordinator.ts";
import type { Log } from "../../src/log/log.ts";
import { MemoryLog } from "../../src/log/memory-log.ts";
import { key, open } from "../connect.ts";

export interface Serving {
  readonly coordinator: Coordinator;
  readonly clock: { nowMs: number };
  connect(role?: Role, more?: { name?: string; podId?: PodId }): Promise<Peer<CoordinatorMethods>>;
}

export async function serve(more: { log?: Log; deadAfterMs?: number } = {}): Promise<Serving> {
  const clock = { nowMs: Date.UTC(2030, 0, 1) };
  const log = more.log ?? new MemoryLog();
  const storeClock = { nowMs: () => clock.nowMs };
  const coordinator = await open({ ...more, log, clock: storeClock, soleWriter: true });
  const connect: Serving["connect"] = async (role = "operator", { name = "test", podId } = {}) => {
    const [ours, theirs] = createMemoryPair();
    coordinator.accept(theirs);
    const claims = podId === undefined ? { role } : { role, podId, generation: 1 };
    const hello = { ...claims, token: mintToken(key, claims), name, version: "1.2.3" };
    const calls = coordinatorMethods;
    const connected = await connectPeer(ours, hello, { serves: {}, handlers: {}, calls });
    return mustBe(connected).peer;
  };
  return { coordinator, clock, connect };
}

/** Log time moves by at most 5 s a tick: moves the clock until `look` finds what it wants. */
export async function letTimePass<T>(serving: Serving, look: () => Promise<T | null>): Promise<T> {
  return vi.waitFor(
    async () => {
      serving.clock.nowMs += 5_000;
      const found = await look();
      if (found === null) throw new Error("not yet");
      return found;
    },
    { timeout: 30_000, interval: 200 },
  );
}

export async function must<M extends keyof CoordinatorMethods>(
  peer: Peer<CoordinatorMethods>,
  method: M,
  params: Parameters<Peer<CoordinatorMethods>["request"]>[1],
): Promise<ResultOf<CoordinatorMethods, M>> {
  return mustBe(await peer.request(method, params as never)) as ResultOf<CoordinatorMethods, M>;
}

function mustBe<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`${outcome.error.code}: ${outcome.error.message}`);
  return outcome.value;
}
