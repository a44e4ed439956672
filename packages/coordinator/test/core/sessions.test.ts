import { coordinatorMethods } from "@podlane/protocol";
import type { Registration } from "@podlane/protocol";
import { expect, test } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import type { Actor } from "../../src/core/event.ts";
import { acquire, actorOf, attach, exit, patiently, requestTurn, startPod } from "./cast.ts";
import { claimTask, completeTask, newTask, taskOf } from "./queue.ts";
import type { Step } from "./world.ts";
import { World, client, operator, system } from "./world.ts";

const ada = client("ada");

function register(world: World, actor: Actor, more: Record<string, unknown> = {}): Registration {
  const params = coordinatorMethods["registration.register"].params.parse(more);
  return world.must(actor, "registration.register", params).registration;
}

function discover(world: World, more: Record<string, unknown> = {}): Registration[] {
  const params = coordinatorMethods["registration.discover"].params.parse(more);
  return world.read("registration.discover", params).registrations;
}

function judge(
  world: World,
  registration: string,
  verdict: string,
  attachedTo: string | null = null,
): Step {
  return world.send(system, "registration.verdict", { registration, verdict, attachedTo });
}

test(
  verifies("R168", "R169") + "an agent registers, is found by what it can, and keeps its id",
  () => {
    const world = new World();
    const session = { agentType: "codex", capabilities: ["review", "rust"], currentTask: "parse" };
    const mine = register(world, ada, session);
    expect(mine).toMatchObject({ id: "s1", agentName: "ada", status: "active", ...session });
    const updated = register(world, client(mine.id), { ...session, currentTask: null });
    expect(updated).toMatchObject({ id: "s1", status: "idle", currentTask: null });
    const repeated = register(world, client(mine.id), { ...session, currentTask: null });
    expect(repeated).toEqual(updated);
    expect(world.log).toHaveLength(2);
    const other = register(world, ada, { capabilities: ["gpu"] });
    const ids = (more: Record<string, unknown>) => discover(world, more).map(({ id }) => id);
    expect(ids({})).toEqual([mine.id, other.id].toSorted());
    expect(ids({ capability: "rust" })).toEqual([mine.id]);
    expect(ids({ status: "active" })).toEqual([]);
    expect(ids({ capability: "gpu", status: "idle" })).toEqual([other.id]);
  },
);

test(`${verifies("R168")}a pod is found without a word, and may say more`, () => {
  const world = new World();
  attach(world);
  const pod = startPod(world, "worker");
  expect(discover(world)).toMatchObject([
    { id: pod, pod, agentName: "worker", agentType: "shell", status: "idle", capabilities: [] },
  ]);
  register(world, actorOf(pod), { agentType: "codex", capabilities: ["review"] });
  requestTurn(world, pod);
  expect(discover(world, { capability: "review" })).toMatchObject([
    { id: pod, agentType: "codex", status: "active" },
  ]);
  exit(world, pod);
  expect(discover(world)).toEqual([]);
  expect(discover(world, { status: "ended" })).toMatchObject([{ id: pod }]);
  expect([world.state.sessions.byId.size, world.state.sessions.live]).toEqual([0, 0]);
});

test(
  verifies("R99", "R170", "R243") +
    "a dead agent's claims lapse and its tasks return, and nobody else's do",
  () => {
    const world = new World();
    const [dead, alive] = [register(world, ada).id, register(world, ada).id];
    acquire(world, client(dead), ["proc:build"]);
    acquire(world, client(alive), ["proc:build"], patiently);
    const [lost, kept] = [newTask(world), newTask(world)];
    claimTask(world, client(dead));
    claimTask(world, client(alive));
    expect(judge(world, dead, "suspect").kinds).toEqual(["registration.suspected"]);
    expect(judge(world, dead, "suspect").kinds).toEqual([]);
    expect(discover(world, { status: "suspect" })).toMatchObject([{ id: dead }]);
    expect(judge(world, dead, "dead").kinds).toEqual([
      "registration.ended",
      "claim.ended",
      "task.returned",
      "claim.granted",
    ]);
    expect(judge(world, dead, "dead").kinds).toEqual([]);
    expect(taskOf(world, lost).status).toBe("pending");
    expect(completeTask(world, client(alive), { task: kept }).refusal).toBeNull();
    expect(completeTask(world, client(dead), { task: lost }).refusal?.code).toBe("stale_token");
    const late = world.send(client(dead), "task.claim", { leaseMs: 5_000, wait: "none" });
    expect(late.refusal?.code).toBe("not_found");
    expect(discover(world, { status: "dead" })).toMatchObject([{ id: dead }]);
  },
);

test(`${verifies("R170")}a suspect that is heard again is what it was`, () => {
  const world = new World();
  const { id } = register(world, ada);
  judge(world, id, "suspect");
  expect(judge(world, id, "recovered").kinds).toEqual(["registration.recovered"]);
  expect(judge(world, id, "recovered").kinds).toEqual([]);
  expect(discover(world)).toMatchObject([{ id, status: "idle" }]);
});

test(
  verifies("R170") + "a silent pod is suspect, and never dead before its host has said so",
  () => {
    const world = new World();
    attach(world);
    const pod = startPod(world, "worker");
    const task = newTask(world);
    claimTask(world, actorOf(pod));
    expect(judge(world, pod, "suspect").kinds).toEqual(["registration.suspected"]);
    expect(judge(world, pod, "dead").kinds).toEqual([]);
    const cleanup = { staleThresholdMinutes: 15, dryRun: false, silent: [pod] };
    expect(world.must(operator, "registration.cleanup", cleanup)).toEqual({ ended: [] });
    expect(taskOf(world, task).status).toBe("claimed");
    expect(exit(world, pod, { cause: "killed" }).kinds).toContain("task.returned");
    expect(discover(world, { status: "dead" })).toMatchObject([{ id: pod }]);
    expect(world.state.sessions.suspects.size).toBe(0);
  },
);

test("a registration that is over takes nothing any more, and is told to register again", () => {
  const world = new World();
  const { id } = register(world, ada);
  newTask(world);
  judge(world, id, "dead");
  for (const step of [
    acquire(world, client(id), ["file:a"]),
    acquire(world, client(id), ["file:a"], patiently),
    world.send(client(id), "task.claim", coordinatorMethods["task.claim"].params.parse({})),
  ]) {
    expect(step.refusal).toMatchObject({ code: "not_found" });
    expect(step.refusal?.message).toContain("register again");
    expect(step.kinds).toEqual([]);
  }
});

test("an agent that leaves gives everything back; its next registration is another", () => {
  const world = new World();
  const { id } = register(world, ada);
  const task = newTask(world);
  claimTask(world, client(id));
  expect(world.send(client(id), "registration.end").kinds).toEqual([
    "registration.ended",
    "task.returned",
  ]);
  expect(world.send(client(id), "registration.end").kinds).toEqual([]);
  expect(taskOf(world, task).attempts).toMatchObject([{ how: "worker_died" }]);
  expect(register(world, client(id)).id).not.toBe(id);
  const pod = actorOf("pworker0001");
  expect(world.send(pod, "registration.end").refusal?.code).toBe("conflict");
});

test("a cleanup ends whom the server knows to be silent, or only says who that is", () => {
  const world = new World();
  const { id } = register(world, ada);
  const cleanup = (dryRun: boolean) =>
    world.send(operator, "registration.cleanup", {
      staleThresholdMinutes: 15,
      dryRun,
      silent: [id, "s99"],
    });
  expect(cleanup(true)).toMatchObject({ answer: { ended: [id] }, kinds: [] });
  expect(cleanup(false)).toMatchObject({ answer: { ended: [id] }, kinds: ["registration.ended"] });
});

test("a delegator must be there, and be somebody else", () => {
  const world = new World();
  const { id } = register(world, ada);
  const send = (delegatedFrom: string) =>
    world.send(client(id), "registration.register", {
      agentType: "",
      capabilities: [],
      currentTask: null,
      delegatedFrom,
    }).refusal?.code;
  expect(send("s99")).toBe("not_found");
  expect(send(id)).toBe("deadlock");
  expect(register(world, ada, { delegatedFrom: id }).delegatedFrom).toBe(id);
});
