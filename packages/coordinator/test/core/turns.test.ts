import { expect, test } from "vitest";
import type { PodId } from "@podlane/protocol";
import {
  acquire,
  actorOf,
  attach,
  endTurn,
  named,
  patiently,
  podOf,
  requestTurn,
  rules,
  start,
  startPod,
  submit,
} from "./cast.ts";
import { World } from "./world.ts";
import { verifies } from "../../../../test/requirements.ts";

/** A run with one slot and a pod for each name; the pods are ready and ask for nothing. */
function oneSlot(...names: readonly string[]): { world: World; pods: PodId[] } {
  const world = new World();
  attach(world);
  submit(world, Object.fromEntries(names.map((name) => [name, {}])), { maxConcurrentAgents: 1 });
  return { world, pods: names.map((name) => start(world, named(world, name))) };
}

function yieldFor(world: World, id: PodId, on: readonly string[], reason = "child") {
  const waiting = { reason, on, sinceMs: 0 };
  const params = { pod: id, generation: 1, turn: 1, waiting, beside: [] };
  return world.send(actorOf(id), "pod.turn_yield", params);
}

test(
  verifies("R2", "R109") + "a turn without a free slot says its place, and begins when one is free",
  () => {
    const { world, pods } = oneSlot("a", "b", "c");
    const [a, b, c] = pods as [PodId, PodId, PodId];
    expect(requestTurn(world, a)).toEqual({ admitted: true, position: 0 });
    expect(requestTurn(world, c)).toEqual({ admitted: false, position: 1 });
    expect(requestTurn(world, b)).toEqual({ admitted: false, position: 1 });
    expect(requestTurn(world, c)).toEqual({ admitted: false, position: 2 });
    endTurn(world, a);
    expect([podOf(world, b).state, podOf(world, c).waiting?.reason]).toEqual([
      "running",
      "admission",
    ]);
  },
);

test("priority goes before submission", () => {
  const world = new World();
  attach(world);
  submit(world, { a: {}, b: {}, c: { priority: 1 } }, { maxConcurrentAgents: 1 });
  const [a = "", b = "", c = ""] = ["a", "b", "c"].map((name) => start(world, named(world, name)));
  for (const id of [a, b, c]) requestTurn(world, id as PodId);
  endTurn(world, a as PodId);
  expect([podOf(world, b as PodId).state, podOf(world, c as PodId).state]).toEqual([
    "idle",
    "running",
  ]);
});

test("max_concurrent 1: a parent that waits for its child gives up its slot and finishes", () => {
  const { world, pods } = oneSlot("parent", "other");
  const [parent, other] = pods as [PodId, PodId];
  requestTurn(world, parent);
  const child = startPod(world, "child", { parent });
  expect(requestTurn(world, child).admitted).toBe(false);
  requestTurn(world, other);
  expect(yieldFor(world, parent, [child]).kinds).toEqual(["pod.turn_yielded", "pod.turn_admitted"]);
  expect(podOf(world, other).state).toBe("running");
  expect(requestTurn(world, parent, 1, { resumed: true }).position).toBe(1);
  endTurn(world, other);
  expect(podOf(world, parent).state).toBe("running");
  yieldFor(world, parent, [child]);
  endTurn(world, child);
  expect(requestTurn(world, parent, 1, { resumed: true })).toEqual({ admitted: true, position: 0 });
  endTurn(world, parent);
});

test("a parent that holds a claim on what it lends, and waits, finishes", () => {
  const world = new World();
  attach(world);
  const parent = startPod(world, "parent");
  acquire(world, actorOf(parent), ["src/a.ts"]);
  requestTurn(world, parent);
  const child = startPod(world, "child", { parent, scope: rules("src") });
  requestTurn(world, child);
  expect(yieldFor(world, parent, [child]).refusal).toBeNull();
  expect(acquire(world, actorOf(child), ["src/a.ts"]).refusal).toBeNull();
  endTurn(world, child);
  requestTurn(world, parent, 1, { resumed: true });
  endTurn(world, parent);
});

test("waiting for a child that waits for one's own claim is refused with the cycle", () => {
  const world = new World();
  attach(world);
  const parent = startPod(world, "parent");
  acquire(world, actorOf(parent), ["proc:build"]);
  requestTurn(world, parent);
  const child = startPod(world, "child", { parent });
  acquire(world, actorOf(child), ["proc:build"], patiently);
  const { refusal } = yieldFor(world, parent, [child]);
  expect(refusal?.code).toBe("deadlock");
  expect(refusal?.message).toContain("parent waits for its child child");
  expect(refusal?.message).toContain("child waits for proc:build held by parent");
});

test("claiming what the waiting parent holds is refused with the cycle", () => {
  const world = new World();
  attach(world);
  const parent = startPod(world, "parent");
  acquire(world, actorOf(parent), ["proc:build"]);
  requestTurn(world, parent);
  const child = startPod(world, "child", { parent });
  yieldFor(world, parent, [child]);
  const { refusal } = acquire(world, actorOf(child), ["proc:build"], patiently);
  expect(refusal).toMatchObject({ code: "deadlock", data: { cycle: [child, parent] } });
});

test("asking twice for the same turn is one request; another turn is refused", () => {
  const { world, pods } = oneSlot("a");
  const [a] = pods as [PodId];
  requestTurn(world, a);
  const again = { pod: a, generation: 1, turn: 1, cause: "user", resumed: false };
  expect(world.send(actorOf(a), "pod.turn_request", again)).toMatchObject({ kinds: [] });
  const next = world.send(actorOf(a), "pod.turn_request", { ...again, turn: 2 });
  expect(next.refusal?.code).toBe("already_running");
  endTurn(world, a);
  expect(world.send(actorOf(a), "pod.turn_request", again).refusal?.code).toBe("conflict");
});

test("ending a turn twice is one end", () => {
  const { world, pods } = oneSlot("a");
  const [a] = pods as [PodId];
  requestTurn(world, a);
  endTurn(world, a);
  const events = world.log.length;
  endTurn(world, a);
  expect(world.log.length).toBe(events);
});

test("the death of a running pod frees its slot", () => {
  const { world, pods } = oneSlot("a", "b");
  const [a, b] = pods as [PodId, PodId];
  requestTurn(world, a);
  requestTurn(world, b);
  const exit = { code: 1, signal: null, cause: "crashed", dirty: [], lastOutput: "" };
  const host = { role: "host", id: "local" } as const;
  world.must(host, "host.exited", { pod: a, generation: 1, exit, lastSeq: 0 });
  expect(podOf(world, b).state).toBe("running");
});

test(`${verifies("R128", "R220")}why a pod waits for admission`, () => {
  const { world, pods } = oneSlot("a", "b");
  const [a, b] = pods as [PodId, PodId];
  requestTurn(world, a);
  requestTurn(world, b);
  const { lines } = world.read("pod.why", { pod: b });
  expect(lines).toEqual(["b waits for admission since 0 s: place 1, 1 of 1 turns run"]);
});
