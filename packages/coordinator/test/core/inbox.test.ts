import { expect, test } from "vitest";
import { actorOf, attach, exit, startPod } from "./cast.ts";
import { World, operator } from "./world.ts";

test("an event is taken in once, whoever repeats it, and acknowledged ones are gone", () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root");
  const at = { podId: root, podName: "root", generation: 1, at: 0 };
  const event = (seq: number) => ({
    event: { kind: "state_changed", state: "idle", waiting: null, seq, ...at },
  });
  expect(world.send(actorOf(root), "inbox.pod_event", event(1)).answer).toEqual({ seq: 1 });
  expect(world.send(actorOf(root), "inbox.pod_event", event(1)).kinds).toEqual([]);
  world.must(actorOf(root), "inbox.pod_event", event(2));
  const read = () => world.read("inbox.read", { fromSeq: 0, limit: 9 });
  const [first] = read().entries;
  world.must(operator, "inbox.ack", { upToSeq: first?.seq });
  expect(read().entries).toMatchObject([{ event: { seq: 2 } }]);
});

test("a pod cannot speak for another in the inbox", () => {
  const world = new World();
  attach(world);
  const [a, b] = [startPod(world, "a"), startPod(world, "b")];
  const event = { kind: "state_changed", state: "idle", waiting: null, seq: 1, podId: a };
  const step = world.send(actorOf(b), "inbox.pod_event", {
    event: { ...event, podName: "a", generation: 1, at: 0 },
  });
  expect(step.refusal?.code).toBe("unauthorized");
});

test("an event waits for the one before it, but not the last word on a lost session", () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root");
  const at = { podId: root, podName: "root", generation: 1, at: 0 };
  const send = (seq: number, more: Record<string, unknown> = {}) => {
    const event = { kind: "state_changed", state: "idle", waiting: null, seq, ...at, ...more };
    return world.send(actorOf(root), "inbox.pod_event", { event });
  };
  expect(send(2).refusal).toEqual({ code: "busy", message: "event 1 of root comes first" });
  for (const seq of [1, 2]) expect(send(seq).refusal).toBeNull();
  expect(send(4).refusal?.code).toBe("busy");
  expect(send(3).refusal).toBeNull();
  const ended = { code: null, signal: null, cause: "lost", dirty: [], lastOutput: "" };
  const lost = { kind: "shut_down", cause: "lost", exit: ended, dirty: [], lastOutput: "" };
  expect(send(1_000_000, lost).refusal).toBeNull();
});

test("of a pod that had a parent the first event may be any, the next is the next", () => {
  const world = new World();
  attach(world);
  const parent = startPod(world, "parent");
  const child = startPod(world, "child", { parent });
  exit(world, parent);
  const at = { podId: child, podName: "child", generation: 1, at: 0 };
  const send = (seq: number) => {
    const event = { kind: "state_changed", state: "idle", waiting: null, seq, ...at };
    return world.send(actorOf(child), "inbox.pod_event", { event }).refusal?.code;
  };
  expect([send(7), send(9), send(8), send(9)]).toEqual([undefined, "busy", undefined, undefined]);
});
