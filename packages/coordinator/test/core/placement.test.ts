/** Which host does what, where several coordinators with a host each share a log. */
import type { HostId } from "@podlane/protocol";
import { expect, test } from "vitest";
import { wantedOrders } from "../../src/core/effects.ts";
import { spawn, start, submit } from "./cast.ts";
import { host, World } from "./world.ts";

const [north, south] = ["north", "south"] as [HostId, HostId];

function worldOfTwo(): World {
  const world = new World();
  for (const hostId of [north, south]) {
    world.must(host, "host.attach", { hostId, capacity: 8, labels: [] });
  }
  return world;
}

function startsAt(world: World, hostId: HostId): string[] {
  return wantedOrders(world.state, hostId)
    .filter(({ method }) => method === "host.start")
    .map(({ key }) => key);
}

test("a pod starts at the host beside the coordinator that was asked, and only there", () => {
  const world = worldOfTwo();
  world.nearHost = south;
  const pod = spawn(world, "root");
  expect(startsAt(world, south)).toEqual([`start:${pod}:1:1`]);
  expect(startsAt(world, north)).toEqual([]);
});

test("a child starts where its parent lives, whoever was asked", () => {
  const world = worldOfTwo();
  world.nearHost = south;
  const parent = start(world, spawn(world, "root"));
  world.nearHost = north;
  const child = spawn(world, "child", { parent });
  expect(startsAt(world, south)).toEqual([`start:${child}:1:1`]);
  expect(startsAt(world, north)).toEqual([]);
});

test("the tasks of a run start where it was submitted, whoever decides that they are due", () => {
  const world = worldOfTwo();
  world.nearHost = south;
  submit(world, { a: {}, b: {} });
  world.nearHost = north;
  world.pass(1_000);
  const pods = [...world.state.pods.byId.values()];
  expect(pods.map(({ hostId }) => hostId)).toEqual([south, south]);
});

test("with nobody near, the first host that ever attached does the work", () => {
  const world = worldOfTwo();
  spawn(world, "root");
  expect(startsAt(world, north)).toHaveLength(1);
  expect(startsAt(world, south)).toEqual([]);
});
