import type { RegistrationId } from "@podlane/protocol";
import { expect, test } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import { attach, exit, startPod } from "./cast.ts";
import { World, client, system } from "./world.ts";

function register(world: World, name: string): RegistrationId {
  const params = { agentType: "", capabilities: [], currentTask: null, delegatedFrom: null };
  return world.must(client(name), "registration.register", params).registration.id;
}

function hear(world: World, replica: string, ...registrations: readonly string[]) {
  return world.send(system, "replica.attach", { replica, registrations });
}

function judge(world: World, registration: string, attachedTo: string | null) {
  const params = { registration, verdict: "dead", attachedTo };
  return world.send(system, "registration.verdict", params).kinds;
}

test("one event says who is heard where, and only of those who have moved", () => {
  const world = new World();
  attach(world);
  const [ada, bob, pod] = [register(world, "ada"), register(world, "bob"), startPod(world, "p")];
  const first = hear(world, "r1", ada, bob, pod, "s99");
  expect(first.events).toMatchObject([
    { kind: "replica.attached", subject: "replica:r1", data: { registrations: [ada, bob, pod] } },
  ]);
  expect(hear(world, "r1", ada, bob, pod).kinds).toEqual([]);
  expect(hear(world, "r2", ada, bob).events).toMatchObject([
    { data: { replica: "r2", registrations: [ada, bob] } },
  ]);
  expect(hear(world, "r1", pod, ada).events).toMatchObject([{ data: { registrations: [ada] } }]);
});

test(
  verifies("R170") + "a verdict falls if the session has come to another coordinator meanwhile",
  () => {
    const world = new World();
    const ada = register(world, "ada");
    hear(world, "r1", ada);
    expect(judge(world, ada, null)).toEqual([]);
    hear(world, "r2", ada);
    expect(judge(world, ada, "r1")).toEqual([]);
    expect(judge(world, ada, "r2")).toEqual(["registration.ended"]);
  },
);

test("whoever is gone is attached to nobody", () => {
  const world = new World();
  attach(world);
  const [ada, pod] = [register(world, "ada"), startPod(world, "p")];
  hear(world, "r1", ada, pod);
  exit(world, pod);
  world.must(client(ada), "registration.end");
  expect(world.state.sessions.attached.size).toBe(0);
  expect(hear(world, "r1", ada, pod).kinds).toEqual([]);
});

test("a pod that starts anew stays with who heard it", () => {
  const world = new World();
  attach(world);
  const pod = startPod(world, "p", { restart: { maxRestarts: 1 } });
  hear(world, "r1", pod);
  expect(exit(world, pod, { code: 1, cause: "crashed" }).kinds).toContain("pod.restarting");
  expect([...world.state.sessions.attached]).toEqual([[pod, "r1"]]);
});
