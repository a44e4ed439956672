/** Orders over a real connection: what becomes of one that its host did not take. */
import {
  accepted,
  type Call,
  connectPeer,
  createMemoryPair,
  type Handlers,
  type HostOrderMethods,
  hostOrderMethods,
  type HostReportMethods,
  hostReportMethods,
  type Outcome,
  refused,
} from "@podlane/protocol";
import { mintToken } from "@podlane/protocol/node";
import { expect, onTestFinished, test } from "vitest";
import { type Coordinator, openCoordinator } from "../src/coordinator.ts";
import { MemoryLog } from "../src/log/memory-log.ts";
import { workspaceRules } from "../src/core/workspace-rules.ts";
import { openReplica } from "../src/shell/replica.ts";
import { operator } from "./core/world.ts";
import { spec } from "./core/cast.ts";

const key = new Uint8Array(32).fill(7);

/** A coordinator whose log holds one pod that waits for a host. */
async function openWithPod(): Promise<Coordinator> {
  const log = new MemoryLog();
  const onFault = (fault: unknown) => {
    throw fault;
  };
  const clock = { nowMs: () => 1_000 };
  const replica = await openReplica({ log, rules: workspaceRules, clock, onFault });
  const params = { parent: null, spec: spec("api") };
  await replica.submit({ method: "pod.spawn", params, actor: operator });
  return openCoordinator({
    log,
    key,
    version: "1.2.3",
    store: "memory",
    stateDir: "/state",
    socket: "/state/socket",
    clock: { nowMs: Date.now },
    soleWriter: true,
    onFault,
    onNote: () => {},
    onStop: () => {},
  });
}

test("an order that its host refused is given again, with nothing new on the log", async () => {
  const coordinator = await openWithPod();
  onTestFinished(() => coordinator.close());
  const [ours, theirs] = createMemoryPair();
  coordinator.accept(theirs);
  const { promise: taken, resolve } = Promise.withResolvers<number>();
  let orders = 0;
  const start = (): Outcome<Record<string, never>> => {
    orders += 1;
    if (orders === 1) return refused("busy", "too many at once");
    resolve(orders);
    return accepted({});
  };
  const token = mintToken(key, { role: "host" });
  const hello = { role: "host", token, name: "local", version: "1.2.3" } as const;
  const never = (_params: unknown, { method }: Call): Outcome<never> =>
    refused("unsupported", method);
  const handlers: Handlers<HostOrderMethods> = {
    "host.start": start,
    "host.signal": never,
    "host.collect": never,
    "host.merge": never,
    "host.take_inbox": never,
  };
  const serves = { serves: hostOrderMethods, handlers, calls: hostReportMethods };
  const connected = await connectPeer<HostOrderMethods, HostReportMethods>(ours, hello, serves);
  if (!connected.ok) throw new Error(connected.error.message);
  const { peer } = connected.value;
  await peer.request("host.attach", { hostId: "local", capacity: 1 });
  expect(await taken).toBe(2);
});
