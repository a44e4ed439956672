import { type HostId, type PodId, restartWindowMs } from "@podlane/protocol";
import { expect, test } from "vitest";
import { wantedOrders } from "../../src/core/effects.ts";
import { acquire, actorOf, attach, podOf, requestTurn, rules, spawn, startPod } from "./cast.ts";
import { World, host, operator } from "./world.ts";
import { verifies } from "../../../../test/requirements.ts";

const policy = { restart: { maxRestarts: 2 } };
const local = "local" as HostId;

function withPod(more: Record<string, unknown> = policy): { world: World; pod: PodId } {
  const world = new World();
  attach(world);
  return { world, pod: startPod(world, "root", more) };
}

function die(world: World, pod: PodId, cause = "killed") {
  const { generation } = podOf(world, pod);
  const exit = { code: null, signal: "SIGKILL", cause, dirty: [], lastOutput: "" };
  return world.send(host, "host.exited", { pod, generation, exit, lastSeq: 7 });
}

function comeUp(world: World, pod: PodId): void {
  const { generation } = podOf(world, pod);
  const place = { branch: "agent/b", worktree: "/w", baseCommit: "a".repeat(40) };
  const process = { pid: 100 + generation, startTime: "1" };
  world.must(host, "host.started", { pod, generation, process, ...place });
  world.must(host, "host.ready", { pod, generation, socket: "/s" });
}

test(
  verifies("R239") + "a death within the policy starts the next generation, with all the pod had",
  () => {
    const { world, pod } = withPod();
    const child = startPod(world, "child", { parent: pod, scope: rules("src") });
    requestTurn(world, pod);
    acquire(world, actorOf(pod), ["file:a.txt"]);
    const step = die(world, pod);
    expect(step.answer).toEqual({ restarts: true });
    expect(step.kinds).toEqual(["pod.restarting", "pod.start_requested"]);
    expect(podOf(world, pod)).toMatchObject({
      state: "starting",
      generation: 2,
      turn: null,
      process: null,
      socket: null,
      exit: null,
      children: [child],
      restarts: { used: 1, max: 2 },
    });
    expect(podOf(world, child).parent).toBe(pod);
    expect(world.read("claim.list").claims).toMatchObject([{ holder: pod, units: ["file:a.txt"] }]);
    const [order] = wantedOrders(world.state, local);
    expect(order).toMatchObject({ method: "host.start", params: { pod, generation: 2 } });
  },
);

test("the dead generation is fenced off, the next one works", () => {
  const { world, pod } = withPod();
  die(world, pod);
  comeUp(world, pod);
  const turn = { pod, turn: 1, cause: "user", resumed: false };
  const late = world.send(actorOf(pod), "pod.turn_request", { ...turn, generation: 1 });
  expect(late.refusal?.code).toBe("stale_generation");
  const now = world.send(actorOf(pod), "pod.turn_request", { ...turn, generation: 2 });
  expect(now.answer).toMatchObject({ admitted: true });
});

test("with its restarts used up a pod is quarantined, and that is its one end", () => {
  const { world, pod } = withPod();
  for (const _ of [1, 2]) {
    die(world, pod);
    comeUp(world, pod);
  }
  const last = die(world, pod);
  expect(last.answer).toEqual({ restarts: false });
  expect(last.kinds).toContain("pod.exited");
  expect(podOf(world, pod)).toMatchObject({ state: "crashed", quarantined: true, lastSeq: 7 });
});

test("restarts are counted within the window only", () => {
  const { world, pod } = withPod({ restart: { maxRestarts: 1 } });
  die(world, pod);
  comeUp(world, pod);
  world.pass(restartWindowMs);
  expect(die(world, pod).answer).toEqual({ restarts: true });
  expect(podOf(world, pod).restarts).toEqual({ used: 1, max: 1 });
});

test.each(["finished", "requested", "timeout"])("the end by %s is no failure", (cause) => {
  const { world, pod } = withPod();
  expect(die(world, pod, cause).answer).toEqual({ restarts: false });
  expect(podOf(world, pod).quarantined).toBe(false);
});

test("what never was ready failed to spawn, and is not tried again", () => {
  const world = new World();
  attach(world);
  const pod = spawn(world, "root", policy);
  expect(die(world, pod).answer).toEqual({ restarts: false });
});

test("a pod that was told to leave does not come back, however it dies", () => {
  const { world, pod } = withPod();
  world.must(operator, "pod.stop", { pod, tree: false, deadlineMs: 1, cause: "requested" });
  expect(die(world, pod).answer).toEqual({ restarts: false });
  expect(podOf(world, pod)).toMatchObject({ state: "crashed", quarantined: false });
});

test("one told to leave between two generations is ended by its host", () => {
  const world = new World();
  attach(world);
  const pod = startPod(world, "root", policy);
  die(world, pod);
  world.must(operator, "pod.stop", { pod, tree: false, deadlineMs: 1, cause: "requested" });
  const orders = wantedOrders(world.state, local);
  expect(orders).toMatchObject([{ method: "host.signal", params: { pod, generation: 2 } }]);
  expect(podOf(world, pod).exit).toBe(null);
});

test("a requested restart ends the process and counts against no policy", () => {
  const { world, pod } = withPod({ restart: { maxRestarts: 0 } });
  const asked = world.send(operator, "pod.restart", { pod, tree: false, deadlineMs: 5 });
  expect(asked.answer).toEqual({ pods: [pod] });
  expect(wantedOrders(world.state, local)).toMatchObject([
    { method: "host.signal", params: { mode: "shutdown", deadlineMs: 5 } },
  ]);
  expect(die(world, pod, "requested").answer).toEqual({ restarts: true });
  comeUp(world, pod);
  expect(podOf(world, pod)).toMatchObject({ state: "idle", generation: 2, restarts: { used: 0 } });
  expect(wantedOrders(world.state, local)).toEqual([]);
});

test("an end outranks a restart, and no restart takes an end back", () => {
  const { world, pod } = withPod();
  world.must(operator, "pod.restart", { pod, tree: false, deadlineMs: 5 });
  world.must(operator, "pod.stop", { pod, tree: false, deadlineMs: 9, cause: "requested" });
  const again = world.send(operator, "pod.restart", { pod, tree: false, deadlineMs: 1 });
  expect(again.refusal?.code).toBe("conflict");
  expect(die(world, pod, "requested").answer).toEqual({ restarts: false });
  const late = world.send(operator, "pod.restart", { pod, tree: false, deadlineMs: 1 });
  expect(late.refusal?.code).toBe("conflict");
});

test("a pod restarts its descendants, and nobody else's", () => {
  const { world, pod } = withPod();
  const child = startPod(world, "child", { parent: pod });
  const other = startPod(world, "other");
  const ask = (actor: PodId, target: PodId) =>
    world.send(actorOf(actor), "pod.restart", { pod: target, tree: false, deadlineMs: 5 }).refusal;
  expect(ask(pod, child)).toBe(null);
  expect(ask(other, child)?.code).toBe("unauthorized");
});
