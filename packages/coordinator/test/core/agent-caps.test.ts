/** Caps of one agent's turns within a run. */
import type { PodId } from "@podlane/protocol";
import { expect, test } from "vitest";
import { attach, endTurn, named, podOf, quiet, requestTurn, run, start, submit } from "./cast.ts";
import { World } from "./world.ts";

const fixer = { agentCap: { agent: "fixer", maxConcurrent: 1 } };

function begin(world: World, name: string): PodId {
  const pod = start(world, named(world, name));
  requestTurn(world, pod);
  return pod;
}

const whyOf = (world: World, id: string) =>
  run(world).tasks.find((task) => task.id === id)?.why ?? null;

test("turns of an agent wait for its cap while others of the run go on, and say so", () => {
  const world = new World();
  attach(world);
  submit(world, { a: fixer, other: {}, b: { ...fixer, priority: 1 } }, { maxConcurrentAgents: 2 });
  const b = begin(world, "b");
  expect(podOf(world, b).state).toBe("running");
  const other = begin(world, "other");
  expect(podOf(world, other).state).toBe("running");
  endTurn(world, b);
  quiet(world, b);
  const a = begin(world, "a");
  expect(podOf(world, a).state).toBe("running");
});

test("a turn that the cap holds back is told of it, and begins when the cap has room", () => {
  const world = new World();
  attach(world);
  const two = { agentCap: { agent: "fixer", maxConcurrent: 2 } };
  submit(world, { a: two, b: two, c: two, d: two }, { maxConcurrentAgents: 5 });
  const [a, b] = [begin(world, "a"), begin(world, "b")];
  const [c, d] = [begin(world, "c"), begin(world, "d")];
  expect([a, b, c].map((pod) => podOf(world, pod).state)).toEqual(["running", "running", "idle"]);
  const { lines } = world.read("pod.why", { pod: c });
  expect(lines).toEqual([
    "c waits for admission since 0 s: place 1, 2 of 2 turns of agent fixer run",
  ]);
  expect(whyOf(world, "d")).toBe("waits for admission, place 2, 2 of 2 turns of agent fixer run");
  endTurn(world, b);
  expect([c, d].map((pod) => podOf(world, pod).state)).toEqual(["running", "idle"]);
});

test("a turn that yields gives its agent's slot up too", () => {
  const world = new World();
  attach(world);
  submit(world, { a: fixer, b: fixer }, { maxConcurrentAgents: 5 });
  const a = begin(world, "a");
  const b = begin(world, "b");
  expect(podOf(world, b).state).toBe("idle");
  const waiting = { reason: "claim", on: [], sinceMs: 0 };
  const params = { pod: a, generation: 1, turn: 1, waiting, beside: [] };
  world.must({ role: "pod", id: a }, "pod.turn_yield", params);
  expect(podOf(world, b).state).toBe("running");
});

test("pods of a capped agent do not take the places of others", () => {
  const world = new World();
  attach(world);
  const capped = Array.from({ length: 20 }, (_, index) => [`f${index}`, fixer] as const);
  submit(world, { ...Object.fromEntries(capped), other: {} }, { maxConcurrentAgents: 2 });
  expect([...world.state.pods.byName.keys()]).toEqual(["f0", "other"]);
  expect(whyOf(world, "f1")).toBe("waits for pods of agent fixer to take turns");
  begin(world, "f0");
  expect([...world.state.pods.byName.keys()]).toEqual(["f0", "other", "f1"]);
});
