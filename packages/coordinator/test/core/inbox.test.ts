import { expect, test } from "vitest";
import { actorOf, attach, startPod } from "./cast.ts";
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
