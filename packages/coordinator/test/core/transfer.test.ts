/** Handing a claim over: what the stories of scopes in `pods.test.ts` do not reach. */
import type { PodId } from "@podlane/protocol";
import { expect, test } from "vitest";
import { acquire, actorOf, attach, exit, requestTurn, rules, startPod } from "./cast.ts";
import { World, client, operator } from "./world.ts";

test("a claim handed to its own holder stays as it is, and ends with the holder", () => {
  const world = new World();
  attach(world);
  const pod: PodId = startPod(world, "api");
  requestTurn(world, pod);
  acquire(world, actorOf(pod), ["file:a/x"]);
  const [claim] = [...world.state.claims.live.keys()];
  const step = world.send(actorOf(pod), "claim.transfer", { claim, to: pod });
  expect(step.refusal).toBe(null);
  expect(step.events).toEqual([]);
  exit(world, pod, { cause: "killed" });
  expect(world.state.claims.live.size).toBe(0);
});

test("a claim is not handed to a pod that may not write there", () => {
  const world = new World();
  attach(world);
  const parent = startPod(world, "api");
  const reader = startPod(world, "reader", { parent, scope: [] });
  requestTurn(world, parent);
  const step = acquire(world, actorOf(parent), ["file:a/x"]);
  const { claim } = step.answer as { claim: { id: string } };
  const refused = world.send(actorOf(parent), "claim.transfer", { claim: claim.id, to: reader });
  expect(refused.refusal).toMatchObject({ code: "out_of_scope" });
});

test("what kin hold beside a claim stands against handing it to a stranger", () => {
  const world = new World();
  attach(world);
  const parent = startPod(world, "api");
  const stranger = startPod(world, "web");
  requestTurn(world, parent);
  const step = acquire(world, actorOf(parent), ["dir:a"]);
  const child = startPod(world, "api-a", { parent, scope: rules("a/x") });
  acquire(world, actorOf(child), ["file:a/x"]);
  const { claim } = step.answer as { claim: { id: string } };
  const refused = world.send(operator, "claim.transfer", { claim: claim.id, to: stranger });
  expect(refused.refusal).toMatchObject({ code: "conflict" });
  expect(refused.refusal?.message).toContain("file:a/x is held by api-a");
});

test("of two claims on one unit none is handed away: two pods would hold it", () => {
  const world = new World();
  attach(world);
  const parent = startPod(world, "api");
  const child = startPod(world, "helper", { parent });
  requestTurn(world, parent);
  const [one, other] = [["db:orders"], ["db:orders", "db:users"]].map((units) => {
    const { answer } = acquire(world, actorOf(parent), units);
    return (answer as { claim: { id: string } }).claim.id;
  });
  const params = { claim: one, to: child };
  const refused = world.send(actorOf(parent), "claim.transfer", params);
  expect(refused.refusal).toMatchObject({ code: "conflict" });
  world.must(actorOf(parent), "claim.release", { claim: other });
  expect(world.send(actorOf(parent), "claim.transfer", params).refusal).toBe(null);
});

test("a claim of a unit whose room is taken is handed on: it makes the room that it takes", () => {
  const world = new World();
  attach(world);
  world.must(operator, "claim.set_capacity", { unit: "proc:test", capacity: 2 });
  const parent = startPod(world, "api");
  const child = startPod(world, "helper", { parent });
  requestTurn(world, parent);
  const { answer } = acquire(world, actorOf(parent), ["proc:test"]);
  acquire(world, client("ada"), ["proc:test"]);
  const { claim } = answer as { claim: { id: string } };
  const there = world.send(actorOf(parent), "claim.transfer", { claim: claim.id, to: child });
  expect(there.refusal).toBe(null);
  const back = exit(world, child, { cause: "killed" });
  expect(back.kinds).toContain("claim.transferred");
  expect(holdersOf(world)).toEqual(["ada", parent]);
  // One more would not fit: the other one is no room of its own.
  const other = startPod(world, "web");
  const again = acquire(world, actorOf(other), ["proc:test"]);
  expect(again.refusal).toMatchObject({ code: "conflict" });
});

function holdersOf({ state }: World): string[] {
  return [...state.claims.live.values()].map(({ holder }) => holder).toSorted();
}
