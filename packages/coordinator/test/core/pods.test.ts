import { expect, test } from "vitest";
import type { PodId } from "@podlane/protocol";
import { wantedOrders } from "../../src/core/effects.ts";
import { isSettled } from "../../src/core/pods/settled.ts";
import { knownPod } from "../../src/core/pods/tree.ts";
import {
  acquire,
  actorOf,
  attach,
  endTurn,
  exit,
  patiently,
  podOf,
  quiet,
  requestTurn,
  rules,
  spawn,
  spec,
  startPod,
} from "./cast.ts";
import { World, client, given, host, operator } from "./world.ts";
import { verifies } from "../../../../test/requirements.ts";

test("a spawn is asked of the host at once when one is attached", () => {
  const step = given(attach).when(operator, "pod.spawn", { parent: null, spec: spec("root") });
  expect(step.kinds).toEqual(["pod.spawned", "pod.start_requested"]);
  expect(step.answer).toMatchObject({
    pod: { name: "root", state: "starting", hostId: "local", path: "root" },
  });
});

test("a pod spawned before any host waits for the first that attaches", () => {
  const box = { hostId: "box", capacity: 2, labels: [] };
  const step = given((world) => void spawn(world, "root")).when(host, "host.attach", box);
  expect(step.kinds).toEqual(["host.attached", "pod.start_requested"]);
});

test("attaching again with the same offer appends nothing", () => {
  const local = { hostId: "local", capacity: 8, labels: [] };
  expect(given(attach).when(host, "host.attach", local).kinds).toEqual([]);
});

test("a living pod's name is taken, and free again after its end", () => {
  const world = new World();
  attach(world);
  const first = startPod(world, "root");
  const params = { parent: null, spec: spec("root") };
  const { refusal } = world.send(operator, "pod.spawn", params);
  expect(refusal).toMatchObject({ code: "conflict", data: { pod: first } });
  exit(world, first);
  expect(world.send(operator, "pod.spawn", params).refusal).toBeNull();
});

test("ids of pods differ and have the protocol's form", () => {
  const world = new World();
  const ids = Array.from({ length: 30 }, (_, n) => spawn(world, `pod${n}`));
  expect(new Set(ids).size).toBe(30);
  expect(ids.every((id) => /^p[a-z0-9]{8}$/.test(id))).toBe(true);
});

test("lending write scope is on the log; a child that only reads borrows nothing", () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root");
  const child = { parent: root, spec: spec("child", { scope: rules("src"), delegate: 2 }) };
  expect(world.send(actorOf(root), "pod.spawn", child).kinds).toContain("scope.lent");
  const reader = { parent: root, spec: spec("reader", { delegate: 2 }) };
  expect(world.send(actorOf(root), "pod.spawn", reader).kinds).not.toContain("scope.lent");
});

test(`${verifies("R37")}what is lent cannot be lent twice, nor more than one has`, () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root", { scope: rules("src") });
  startPod(world, "a", { parent: root, scope: rules("src/a") });
  const send = (name: string, target: string) =>
    world.send(actorOf(root), "pod.spawn", {
      parent: root,
      spec: spec(name, { scope: rules(target), delegate: 2 }),
    });
  expect(send("b", "src/a/deep").refusal?.code).toBe("out_of_scope");
  expect(send("c", "docs").refusal?.code).toBe("out_of_scope");
  expect(send("d", "src/ab").refusal).toBeNull();
});

test("a pod spawns only its own children, and no child of a stopping parent", () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root");
  const other = startPod(world, "other");
  const params = { parent: root, spec: spec("child", { delegate: 0 }) };
  const denied = world.send(actorOf(other), "pod.spawn", params);
  expect([denied.refusal?.code, denied.kinds]).toEqual(["unauthorized", ["request.denied"]]);
  world.must(operator, "pod.stop", { pod: root, tree: false, deadlineMs: 1, cause: "requested" });
  expect(world.send(actorOf(root), "pod.spawn", params).refusal?.code).toBe("conflict");
});

test("each role may do its own things only", () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root");
  const transition = { pod: root, generation: 1, state: "parked", waiting: null };
  const attempts = [
    world.send(host, "pod.transition", transition),
    world.send(client("ada"), "pod.transition", transition),
    world.send({ role: "viewer", id: "v" }, "pod.kill", { pod: root, tree: false }),
    world.send(actorOf(root), "run.cancel", { run: "r", mode: "now" }),
    world.send(actorOf(root), "pod.kill", { pod: root, tree: false }),
  ];
  expect(attempts.map((step) => step.refusal?.code)).toEqual(Array(5).fill("unauthorized"));
  expect(world.send(actorOf(root), "pod.transition", transition).refusal).toBeNull();
});

test("reports of another generation, and of an ended pod, are stale", () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root");
  const report = { pod: root, state: "parked", waiting: null };
  const send = (generation: number) =>
    world.send(actorOf(root), "pod.transition", { ...report, generation });
  expect(send(2).refusal?.code).toBe("stale_generation");
  exit(world, root);
  expect(send(1).refusal?.code).toBe("stale_generation");
  expect(exit(world, root)).toMatchObject({ refusal: null, kinds: [] });
});

test("moves that the state machine does not have are refused", () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root");
  const move = (state: string) =>
    world.send(actorOf(root), "pod.transition", { pod: root, generation: 1, state, waiting: null });
  expect(move("paused").refusal?.code).toBe("conflict");
  expect(move("stopped").refusal?.code).toBe("invalid_request");
  expect(move("idle").kinds).toEqual([]);
});

test("which worktrees go: of a child that finished, of a top-level pod that was not killed", () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root");
  const end = (name: string, parent: PodId | null, cause: string) => {
    const pod = startPod(world, name, { parent });
    requestTurn(world, pod);
    endTurn(world, pod);
    exit(world, pod, { cause });
    return pod;
  };
  const gone = [end("done", root, "finished"), end("top", null, "requested")];
  end("told", root, "requested");
  end("killed", root, "killed");
  end("killed-top", null, "killed");
  const collected = wantedOrders(world.state, "local" as never).flatMap(({ method, params }) =>
    method === "host.collect" ? [params.pod] : [],
  );
  expect(collected).toEqual(gone);
});

test(
  verifies("R30", "R99") + "a crash is one batch: claims freed, scope home, children adopted",
  () => {
    const world = new World();
    attach(world);
    const root = startPod(world, "root");
    const child = startPod(world, "child", { parent: root, scope: rules("src") });
    const grandchild = startPod(world, "grandchild", { parent: child, scope: rules("src/deep") });
    acquire(world, actorOf(child), ["proc:build"]);
    acquire(world, client("ada"), ["proc:build"], patiently);
    const step = exit(world, child, { code: 137, signal: "SIGKILL", cause: "killed" });
    expect(step.kinds).toEqual([
      "pod.exited",
      "pod.reparented",
      "scope.returned",
      "claim.ended",
      "claim.granted",
    ]);
    expect(podOf(world, child)).toMatchObject({ state: "crashed", exit: { cause: "killed" } });
    expect(podOf(world, grandchild).parent).toBe(root);
    const allowed = (path: string) =>
      world.read("scope.check", { pod: root, path, permission: "write" }).allowed;
    expect([allowed("src/x"), allowed("src/deep/x")]).toEqual([true, false]);
    exit(world, grandchild);
    expect(allowed("src/deep/x")).toBe(true);
  },
);

test("orphans of a top-level pod keep the scope of a child", () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root");
  const child = startPod(world, "child", { parent: root });
  exit(world, root);
  expect(podOf(world, child).parent).toBeNull();
  const check = { pod: child, path: "a", permission: "write" };
  expect(world.read("scope.check", check)).toEqual({ allowed: false, effective: "read" });
});

test("claims inside a loan go with it, unit by unit, and come home", () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root");
  requestTurn(world, root, 1);
  acquire(world, actorOf(root), ["src/a.ts", "docs/b.md", "proc:build"]);
  const child = startPod(world, "child", { parent: root, scope: rules("src") });
  const held = () =>
    world.read("claim.list").claims.map(({ holderName, units }) => [holderName, ...units]);
  expect(held()).toEqual([
    ["root", "file:docs/b.md", "proc:build"],
    ["child", "file:src/a.ts"],
  ]);
  expect(acquire(world, actorOf(child), ["src/a.ts"])).toMatchObject({ refusal: null, kinds: [] });
  const home = exit(world, child).events.find((event) => event.kind === "claim.transferred");
  expect(home?.data).toMatchObject({ to: root, units: ["file:src/a.ts"], returnTo: null });
  expect(held()).toEqual([
    ["root", "file:docs/b.md", "proc:build"],
    ["root", "file:src/a.ts"],
  ]);
});

test("a claim handed over twice comes home past those that ended before", () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root");
  requestTurn(world, root, 1);
  acquire(world, actorOf(root), ["src/a.ts"]);
  const child = startPod(world, "child", { parent: root, scope: rules("src") });
  const grandchild = startPod(world, "grandchild", { parent: child, scope: rules("src") });
  exit(world, child);
  const home = exit(world, grandchild).events.find((event) => event.kind === "claim.transferred");
  expect(home?.data).toMatchObject({ to: root, returnTo: null });
});

test("a directory claimed before a part of it was lent does not keep the child out", () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root");
  acquire(world, actorOf(root), ["dir:src"]);
  const child = startPod(world, "child", { parent: root, scope: rules("src/a") });
  expect(acquire(world, actorOf(child), ["src/a/x.ts"]).refusal).toBeNull();
  expect(acquire(world, client("ada"), ["src/b.ts"]).refusal?.code).toBe("conflict");
});

test("a claim that would come home to one who waits for its waiter ends instead", () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root");
  acquire(world, actorOf(root), ["src/a.ts"]);
  const child = startPod(world, "child", { parent: root, scope: rules("src") });
  const waiter = startPod(world, "waiter");
  acquire(world, actorOf(waiter), ["src/a.ts"], patiently);
  requestTurn(world, root);
  const waiting = { reason: "child", on: [waiter], sinceMs: 0 };
  world.must(actorOf(root), "pod.turn_yield", {
    pod: root,
    generation: 1,
    turn: 1,
    waiting,
    beside: [],
  });
  expect(exit(world, child).kinds).toContain("claim.granted");
});

test("stopping a tree asks everybody and signals the leaves first", () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root");
  const child = startPod(world, "child", { parent: root });
  const stop = { pod: root, tree: true, deadlineMs: 100, cause: "requested" };
  expect(world.must(operator, "pod.stop", stop)).toEqual({ pods: [root, child] });
  expect(world.send(operator, "pod.stop", stop).kinds).toEqual([]);
  const signalled = () =>
    wantedOrders(world.state, "local" as never)
      .filter((order) => order.method === "host.signal")
      .map((order) => order.params.pod);
  expect(signalled()).toEqual([child]);
  exit(world, child, { cause: "requested" });
  expect(signalled()).toEqual([root]);
  expect(world.send(operator, "pod.kill", { pod: root, tree: true }).kinds).toEqual([
    "pod.stop_requested",
  ]);
});

test("a pod stopped before any host was asked ends by itself", () => {
  const world = new World();
  const root = spawn(world, "root");
  const stop = { pod: root, tree: true, deadlineMs: 100, cause: "requested" };
  expect(world.send(operator, "pod.stop", stop).kinds).toEqual([
    "pod.stop_requested",
    "pod.exited",
  ]);
});

test("start is ordered until the process is known, also of a host that comes back", () => {
  const world = new World();
  attach(world);
  const root = spawn(world, "root");
  const orders = () => wantedOrders(world.state, "local" as never).map((order) => order.method);
  expect([orders(), orders()]).toEqual([["host.start"], ["host.start"]]);
  const process = { pid: 7, startTime: "1" };
  const started = { pod: root, generation: 1, process, branch: "b", worktree: "/w" };
  world.must(host, "host.started", { ...started, baseCommit: "a".repeat(40) });
  expect(orders()).toEqual([]);
});

test("a tree is settled when all its pods are quiet and every mark is met", () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root");
  const child = startPod(world, "child", { parent: root });
  const settled = () => isSettled(world.state, knownPod(world.state, root));
  quiet(world, root);
  expect(settled()).toBe(false);
  quiet(world, child, { outboxSeq: 2 });
  expect(settled()).toBe(false);
  quiet(world, root, { inbox: { [child]: 2 } });
  expect(settled()).toBe(true);
  requestTurn(world, root);
  expect(settled()).toBe(false);
  endTurn(world, root);
  quiet(world, root, { inbox: { [child]: 2 } });
  exit(world, child, { lastSeq: 3 });
  expect(settled()).toBe(false);
  quiet(world, root, { inbox: { [child]: 3 } });
  expect(settled()).toBe(true);
});

test("a pod with a turn asked for is not quiet", () => {
  const world = new World();
  attach(world);
  const root = startPod(world, "root");
  requestTurn(world, root);
  const report = { pod: root, generation: 1, outboxSeq: 0, inbox: {} };
  expect(world.send(actorOf(root), "pod.settled", report).refusal?.code).toBe("conflict");
});
