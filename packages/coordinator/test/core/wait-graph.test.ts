/**
 * The wait graph: every wait of a turn counts, and a request that could never end is refused.
 */
import type { PodId } from "@podlane/protocol";
import { expect, test } from "vitest";
import {
  acquire,
  actorOf,
  attach,
  exit,
  patiently,
  requestTurn,
  startPod,
  submit,
} from "./cast.ts";
import { named, runId, start } from "./cast.ts";
import { World, client, operator } from "./world.ts";
import { verifies } from "../../../../test/requirements.ts";

type Wait = readonly [reason: string, ...on: readonly string[]];

/** States all waits of a pod's first turn. */
function yieldFor(world: World, pod: PodId, ...waits: readonly Wait[]) {
  const [waiting, ...beside] = waits.map(([reason, ...on]) => ({ reason, on, sinceMs: 0 }));
  return world.send(actorOf(pod), "pod.turn_yield", {
    pod,
    generation: 1,
    turn: 1,
    waiting,
    beside,
  });
}

/** A parent in its turn with two children. */
function family() {
  const world = new World();
  attach(world);
  const parent = startPod(world, "parent");
  requestTurn(world, parent);
  const first = startPod(world, "first", { parent });
  const second = startPod(world, "second", { parent });
  return { world, parent, first, second };
}

test(verifies("R246") + "a second wait in one turn counts: the cycle through it is refused", () => {
  const { world, parent, first, second } = family();
  acquire(world, actorOf(parent), ["proc:build"]);
  acquire(world, actorOf(second), ["proc:build"], patiently);
  expect(yieldFor(world, parent, ["child", first]).refusal).toBeNull();
  const { refusal, events } = yieldFor(world, parent, ["child", first], ["child", second]);
  expect(refusal).toMatchObject({ code: "deadlock", data: { cycle: [parent, second] } });
  expect(events).toEqual([]);
});

test("a second wait in one turn counts: a claim that would close the cycle is refused", () => {
  const { world, parent, first, second } = family();
  acquire(world, actorOf(parent), ["proc:build"]);
  yieldFor(world, parent, ["child", first]);
  yieldFor(world, parent, ["child", first], ["child", second]);
  const { refusal } = acquire(world, actorOf(second), ["proc:build"], patiently);
  expect(refusal?.code).toBe("deadlock");
});

test("a wait that is over counts no more, and the other goes on since it began", () => {
  const { world, parent, first, second } = family();
  acquire(world, actorOf(parent), ["proc:build"]);
  yieldFor(world, parent, ["child", first]);
  world.nowMs += 5_000;
  yieldFor(world, parent, ["child", first], ["child", second]);
  world.nowMs += 5_000;
  const step = yieldFor(world, parent, ["child", second]);
  expect(step.events[0]?.data).toMatchObject({
    waiting: { on: [second], sinceMs: world.nowMs - 5_000 },
    beside: [],
  });
  expect(acquire(world, actorOf(first), ["proc:build"], patiently).refusal).toBeNull();
});

test("stating the same waits again appends nothing", () => {
  const { world, parent, first, second } = family();
  yieldFor(world, parent, ["child", first], ["child", second]);
  expect(yieldFor(world, parent, ["child", first], ["child", second]).kinds).toEqual([]);
});

test("waiting for a run is waiting for its pods", () => {
  const world = new World();
  attach(world);
  const asker = startPod(world, "asker");
  acquire(world, actorOf(asker), ["proc:build"]);
  requestTurn(world, asker);
  submit(world, { a: {} });
  const worker = start(world, named(world, "a"));
  expect(yieldFor(world, asker, ["child", runId]).refusal).toBeNull();
  expect(acquire(world, actorOf(worker), ["proc:build"], patiently).refusal?.code).toBe("deadlock");
});

test("a chain over a claim, a child and a queue is spelled out step by step", () => {
  const { world, parent, first } = family();
  const ada = client("ada");
  acquire(world, actorOf(parent), ["proc:build"]);
  acquire(world, ada, ["proc:test"]);
  acquire(world, actorOf(first), ["proc:test"], patiently);
  yieldFor(world, parent, ["child", first]);
  const { refusal } = acquire(world, ada, ["proc:build"], patiently);
  expect(refusal?.message).toBe(
    "this would wait for itself: ada waits for proc:build held by parent; " +
      "parent waits for its child first; first waits for proc:test held by ada",
  );
});

test("the death of who is waited for ends the wait", () => {
  const { world, parent, first } = family();
  acquire(world, actorOf(parent), ["proc:build"]);
  yieldFor(world, parent, ["child", first]);
  exit(world, first);
  expect(acquire(world, operator, ["proc:build"], patiently).refusal).toBeNull();
});

test("a long queue is walked through, whoever stands where in it", () => {
  const world = new World();
  acquire(world, client("a"), ["proc:x"]);
  acquire(world, client("b"), ["proc:y"]);
  for (let n = 0; n < 40; n += 1) {
    const mode = n % 3 === 0 ? "shared" : "exclusive";
    acquire(world, client(`w${n}`), ["proc:x"], { mode, ...patiently });
  }
  acquire(world, client("w39"), ["proc:y"], patiently);
  expect(acquire(world, client("b"), ["proc:x"], patiently).refusal?.code).toBe("deadlock");
  expect(acquire(world, client("c"), ["proc:x"], patiently).refusal).toBeNull();
});

/** The parent's turn waits for whichever of its children is done first. */
function yieldForAny(world: World, pod: PodId, ...on: readonly PodId[]) {
  const waiting = { reason: "child", on, mode: "any", sinceMs: 0 };
  const params = { pod, generation: 1, turn: 1, waiting, beside: [] };
  return world.send(actorOf(pod), "pod.turn_yield", params);
}

test(verifies("R246") + "a wait for any of several is no deadlock while one can go on", () => {
  const { world, parent, first, second } = family();
  acquire(world, actorOf(parent), ["proc:build"]);
  acquire(world, actorOf(first), ["proc:build"], patiently);
  expect(yieldFor(world, parent, ["child", first, second]).refusal?.code).toBe("deadlock");
  expect(yieldForAny(world, parent, first, second).refusal).toBeNull();
  // Now the second is the only one who can still go on.
  const closing = acquire(world, actorOf(second), ["proc:build"], patiently);
  expect(closing.refusal).toMatchObject({ code: "deadlock" });
  expect(acquire(world, actorOf(second), ["proc:other"], patiently).refusal).toBeNull();
});

test("a wait for any of several is a deadlock when none can go on", () => {
  const { world, parent, first, second } = family();
  acquire(world, actorOf(parent), ["proc:build"]);
  for (const child of [first, second]) acquire(world, actorOf(child), ["proc:build"], patiently);
  const { refusal } = yieldForAny(world, parent, first, second);
  expect(refusal).toMatchObject({ code: "deadlock", data: { cycle: [parent, first] } });
});

test("a wait for any of several is over when one of them is gone", () => {
  const { world, parent, first, second } = family();
  acquire(world, actorOf(parent), ["proc:build"]);
  acquire(world, actorOf(first), ["proc:build"], patiently);
  exit(world, second);
  expect(yieldForAny(world, parent, first, second).refusal).toBeNull();
});

test("a choice that lies on another's branch counts too", () => {
  const { world, parent, first, second } = family();
  requestTurn(world, first);
  acquire(world, actorOf(parent), ["proc:build"]);
  acquire(world, actorOf(second), ["proc:test"]);
  // The first waits for the parent or the second, so the parent may wait for the first.
  expect(yieldForAny(world, first, parent, second).refusal).toBeNull();
  expect(yieldFor(world, parent, ["child", first]).refusal).toBeNull();
  const { refusal } = acquire(world, actorOf(second), ["proc:build"], patiently);
  expect(refusal).toMatchObject({ code: "deadlock" });
});
