/** Process units that several may hold at once. */
import { expect, test } from "vitest";
import { acquire, patiently } from "./cast.ts";
import { World, client, operator } from "./world.ts";
import { verifies } from "../../../../test/requirements.ts";

const [ada, bob, cyd, dan] = [client("ada"), client("bob"), client("cyd"), client("dan")];

function roomFor(capacity: number): World {
  const world = new World();
  world.must(operator, "claim.set_capacity", { unit: "proc:Test", capacity });
  return world;
}

const claimOf = ({ answer }: { answer: unknown }) =>
  (answer as { claim: { id: string; state: string; position: number; blockedBy: object[] } }).claim;

test(`${verifies("R88")}a process has one owner at a time unless it is given room`, () => {
  const world = roomFor(2);
  expect(acquire(world, ada, ["proc:test"]).kinds).toEqual(["claim.acquired"]);
  expect(acquire(world, bob, ["proc:test"]).kinds).toEqual(["claim.acquired"]);
  expect(acquire(world, cyd, ["proc:test"]).refusal?.code).toBe("conflict");
  expect(acquire(world, cyd, ["proc:build"]).refusal).toBeNull();
  expect(acquire(world, dan, ["proc:build"]).refusal?.code).toBe("conflict");
  expect(world.read("claim.list").capacities).toEqual([{ unit: "proc:test", capacity: 2 }]);
});

test("whoever leaves makes room for the first in line, and no more", () => {
  const world = roomFor(2);
  acquire(world, ada, ["proc:test"]);
  const { id } = claimOf(acquire(world, bob, ["proc:test"]));
  acquire(world, cyd, ["proc:test"], patiently);
  const last = claimOf(acquire(world, dan, ["proc:test"], patiently));
  expect(last).toMatchObject({ state: "queued", position: 2 });
  const step = world.send(bob, "claim.release", { claim: id });
  expect(step.kinds).toEqual(["claim.ended", "claim.granted"]);
  expect(world.state.claims.ready.size).toBe(0);
});

test("shared and exclusive still exclude each other", () => {
  const world = roomFor(3);
  acquire(world, ada, ["proc:test"], { mode: "shared" });
  expect(acquire(world, bob, ["proc:test"]).refusal?.code).toBe("conflict");
  expect(acquire(world, bob, ["proc:test"], { mode: "shared" }).refusal).toBeNull();
});

test("more room lets waiters in at once; less is refused while it would not fit", () => {
  const world = roomFor(2);
  for (const who of [ada, bob]) acquire(world, who, ["proc:test"]);
  for (const who of [cyd, dan]) acquire(world, who, ["proc:test"], patiently);
  const more = world.send(operator, "claim.set_capacity", { unit: "proc:test", capacity: 4 });
  expect(more.kinds).toEqual(["claim.capacity_set", "claim.granted", "claim.granted"]);
  const less = world.send(operator, "claim.set_capacity", { unit: "proc:test", capacity: 1 });
  expect(less.refusal?.code).toBe("conflict");
  world.pass(3_600_000);
  world.must(operator, "claim.set_capacity", { unit: "proc:test", capacity: 1 });
  expect(world.state.claims.capacities.size).toBe(0);
});

test("waiting for any of several is no deadlock while one of them can still go on", () => {
  const world = roomFor(2);
  for (const who of [ada, bob]) acquire(world, who, ["proc:test"]);
  acquire(world, cyd, ["db:x"]);
  acquire(world, cyd, ["proc:test"], patiently);
  // ada waits for cyd, who waits for ada or bob: bob still can go on.
  expect(acquire(world, ada, ["db:x"], patiently).refusal).toBeNull();
  // Were bob to wait too, nobody could.
  const { refusal } = acquire(world, bob, ["db:x"], patiently);
  expect(refusal).toMatchObject({ code: "deadlock" });
  expect(refusal?.message).toMatch(/cyd waits for proc:test held by (ada|bob)/);
});

test("only a process has a capacity, and only the operator sets it", () => {
  const world = new World();
  const setting = { unit: "file:a", capacity: 2 };
  expect(world.send(operator, "claim.set_capacity", setting).refusal?.code).toBe("invalid_request");
  const denied = world.send(ada, "claim.set_capacity", { unit: "proc:test", capacity: 2 });
  expect(denied.refusal?.code).toBe("unauthorized");
  const again = { unit: "proc:test", capacity: 1 };
  expect(world.send(operator, "claim.set_capacity", again).kinds).toEqual([]);
});

test("a holder takes one place with all its claims: a second takes none from a waiter", () => {
  const world = roomFor(2);
  acquire(world, ada, ["db:x"]);
  // bob waits for db:x and has a place at proc:test before cyd, who waits for bob.
  acquire(world, bob, ["proc:test", "db:x"], patiently);
  acquire(world, cyd, ["proc:test"]);
  acquire(world, cyd, ["db:x"], patiently);
  expect(acquire(world, cyd, ["proc:test", "db:y"]).refusal).toBeNull();
  const released = world.send(ada, "claim.release", { claim: idOf(world, ada.id) });
  expect(released.kinds).toEqual(["claim.ended", "claim.granted"]);
  expect(acquire(world, dan, ["proc:test"]).refusal?.code).toBe("conflict");
});

test("room is counted in holders when it is taken away, too", () => {
  const world = roomFor(3);
  acquire(world, ada, ["proc:test"]);
  acquire(world, ada, ["proc:test", "db:x"]);
  for (const capacity of [1, 2]) {
    world.must(operator, "claim.set_capacity", { unit: "proc:test", capacity });
  }
  acquire(world, bob, ["proc:test"]);
  const one = world.send(operator, "claim.set_capacity", { unit: "proc:test", capacity: 1 });
  expect(one.refusal).toMatchObject({ code: "conflict" });
});

function idOf({ state }: World, holder: string): string {
  const claim = [...state.claims.live.values()].find((one) => one.holder === holder);
  return claim?.id ?? "";
}
