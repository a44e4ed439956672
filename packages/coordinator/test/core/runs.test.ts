import { expect, test } from "vitest";
import { minComingUp } from "../../src/core/limits.ts";
import { wantedOrders } from "../../src/core/effects.ts";
import {
  actorOf,
  attach,
  baseCommit,
  commitOf,
  endTurn,
  exit,
  named,
  quiet,
  requestTurn,
  run,
  runId,
  spec,
  start,
  startPod,
  submit,
  work,
} from "./cast.ts";
import { World, host, operator } from "./world.ts";
import { verifies } from "../../../../test/requirements.ts";

const states = (world: World) => run(world).tasks.map((task) => task.state);

function orders(world: World, method: string) {
  return wantedOrders(world.state, "local" as never).filter((order) => order.method === method);
}

/** The host has done what it was asked: reports the executing merge. */
function report(world: World, outcome: unknown) {
  const [order] = orders(world, "host.merge");
  if (order?.method !== "host.merge") throw new Error("no merge executes");
  const { merge, fence } = order.params;
  return world.send(host, "host.merge_report", { merge, fence, outcome });
}

const landed = { commit: commitOf("landed"), baseMoved: true, branch: "main", finish: null };

test(
  verifies("R108") + "tasks begin when their dependencies are done, from base and what those made",
  () => {
    const world = new World();
    attach(world);
    submit(world, { a: {}, b: { dependsOn: ["a"] } });
    expect(states(world)).toEqual(["running", "blocked"]);
    work(world, "a", { commit: commitOf("a") });
    expect(states(world)).toEqual(["done", "running"]);
    const { start: from } = world.state.pods.byId.get(named(world, "b"))?.spec ?? {};
    expect(from).toEqual({ branch: "main", commit: baseCommit, combine: [commitOf("a")] });
  },
);

test("pods are made for as many tasks as can soon begin, the first priority first", () => {
  const world = new World();
  attach(world);
  const names = Array.from({ length: 30 }, (_, index) => `t${index}`);
  const tasks = Object.fromEntries(names.map((name) => [name, {}]));
  submit(world, { ...tasks, urgent: { priority: 1 } }, { maxConcurrentAgents: 2 });
  const living = () => [...world.state.pods.byName.keys()];
  expect(living()).toEqual(["urgent", ...names.slice(0, minComingUp - 1)]);
  const urgent = start(world, named(world, "urgent"));
  requestTurn(world, urgent);
  // It has its turn: the next one comes up meanwhile.
  expect(living()).toHaveLength(minComingUp + 1);
  endTurn(world, urgent);
  quiet(world, urgent);
  for (const name of names) {
    expect(living().length).toBeLessThanOrEqual(minComingUp + 2);
    exit(world, work(world, name));
  }
  expect(states(world)).toEqual(Array.from({ length: 31 }, () => "done"));
});

test("a plan with a cycle, an unknown dependency or a repeated task is refused", () => {
  const world = new World();
  const plan = (tasks: { id: string; dependsOn: string[] }[]) => ({
    path: "plan.yaml",
    base: { branch: "main", commit: baseCommit },
    maxConcurrentAgents: 1,
    tasks: tasks.map((task) => ({ ...task, spec: spec(task.id) })),
  });
  const refusalOf = (...tasks: { id: string; dependsOn: string[] }[]) =>
    world.send(operator, "run.submit", { id: runId, plan: plan(tasks) }).refusal;
  const cycle = refusalOf({ id: "a", dependsOn: ["b"] }, { id: "b", dependsOn: ["a"] });
  expect(cycle).toMatchObject({ code: "invalid_request", data: { cycle: ["a", "b", "a"] } });
  expect(refusalOf({ id: "a", dependsOn: ["a"] })?.message).toContain("a → a");
  expect(refusalOf({ id: "a", dependsOn: ["x"] })?.message).toContain("depends on x");
  expect(refusalOf({ id: "a", dependsOn: [] }, { id: "a", dependsOn: [] })?.message).toContain(
    "two",
  );
});

test("a task whose name a living pod has is refused at submission", () => {
  const world = new World();
  attach(world);
  startPod(world, "a");
  const plan = { path: "p", base: { branch: "main", commit: baseCommit }, maxConcurrentAgents: 1 };
  const tasks = [{ id: "a", spec: spec("a"), dependsOn: [] }];
  const step = world.send(operator, "run.submit", { id: runId, plan: { ...plan, tasks } });
  expect(step.refusal?.code).toBe("conflict");
});

test("a failed task fails its dependents, however far", () => {
  const world = new World();
  attach(world);
  submit(world, { c: { dependsOn: ["b"] }, b: { dependsOn: ["a"] }, a: {}, d: {} });
  const a = work(world, "a", { outcome: "errored", message: "broken" });
  expect(states(world)).toEqual(["dependency_failed", "dependency_failed", "failed", "running"]);
  expect(run(world).tasks[2]?.message).toBe("broken");
  exit(world, a, { cause: "requested" });
  exit(world, work(world, "d"));
  expect(run(world)).toMatchObject({ state: "ended", outcome: "partial" });
});

test("a pod that dies fails its task and keeps its worktree", () => {
  const world = new World();
  attach(world);
  submit(world, { a: {} });
  const a = start(world, named(world, "a"));
  requestTurn(world, a);
  exit(world, a, { cause: "killed", code: null, signal: "SIGKILL" });
  expect(run(world)).toMatchObject({ state: "ended", outcome: "failed" });
  expect(orders(world, "host.collect")).toEqual([]);
});

test("a task is done only when its whole tree has settled", () => {
  const world = new World();
  attach(world);
  submit(world, { a: {} });
  const a = start(world, named(world, "a"));
  requestTurn(world, a);
  const child = startPod(world, "child", { parent: a });
  requestTurn(world, child);
  endTurn(world, a);
  quiet(world, a);
  expect(states(world)).toEqual(["running"]);
  endTurn(world, child);
  quiet(world, child, { outboxSeq: 1 });
  expect(states(world)).toEqual(["running"]);
  quiet(world, a, { inbox: { [child]: 1 } });
  expect(states(world)).toEqual(["done"]);
});

test(
  verifies("R109", "R134", "R157") +
    "auto: the branch lands, the pod leaves, the run ends and the worktree goes",
  () => {
    const world = new World();
    attach(world);
    submit(world, { a: { merge: { mode: "auto", gate: "npm test" } } });
    const a = work(world, "a", { commit: commitOf("a") });
    expect(orders(world, "host.merge")[0]?.params).toMatchObject({ land: true, gate: "npm test" });
    expect(orders(world, "host.signal")).toEqual([]);
    expect(report(world, { kind: "landed", landed }).kinds).toEqual([
      "merge.merged",
      "pod.stop_requested",
    ]);
    expect(orders(world, "host.signal")[0]?.params).toMatchObject({ pod: a, cause: "finished" });
    expect(exit(world, a).kinds).toEqual(["pod.exited", "run.ended"]);
    expect(run(world)).toMatchObject({ state: "ended", outcome: "done" });
    expect(orders(world, "host.collect")[0]?.params).toEqual({ pod: a, landed: true });
    world.must(host, "host.collected", { pod: a, snapshot: null });
    expect(orders(world, "host.collect")).toEqual([]);
  },
);

test(`${verifies("R140")}review: checked, set aside, the run ends; approval lands it later`, () => {
  const world = new World();
  attach(world);
  submit(world, { a: { merge: { mode: "review" } } });
  const a = work(world, "a", { commit: commitOf("a") });
  expect(orders(world, "host.merge")[0]?.params).toMatchObject({ land: false });
  report(world, { kind: "clean", tree: "t" });
  exit(world, a);
  expect(run(world)).toMatchObject({ state: "ended", outcome: "done" });
  expect(orders(world, "host.collect")).toEqual([]);
  const step = world.send(operator, "merge.approve", { pod: a });
  expect(step.kinds).toEqual(["merge.approved", "merge.started"]);
  report(world, { kind: "landed", landed });
  expect(world.read("merge.list")).toMatchObject({ merges: [{ state: "merged" }] });
  expect(orders(world, "host.collect")).toHaveLength(1);
});

test(
  verifies("R140", "R162") + "a conflict blocks its branch and makes the run's outcome conflict",
  () => {
    const world = new World();
    attach(world);
    submit(world, { a: { merge: { mode: "auto" } } });
    const a = work(world, "a", { commit: commitOf("a") });
    report(world, {
      kind: "problem",
      problem: { kind: "conflict", files: ["x"], branches: ["m"] },
    });
    exit(world, a);
    expect(run(world)).toMatchObject({ state: "ended", outcome: "conflict" });
    expect(orders(world, "host.collect")).toEqual([]);
    submit(world, { a: {} });
    expect(orders(world, "host.merge")).toHaveLength(1);
  },
);

test("merges of one base execute one at a time, by priority, then age", () => {
  const world = new World();
  attach(world);
  const merge = (priority: number) => ({ merge: { mode: "auto", priority } });
  submit(world, { a: merge(5), b: merge(5), c: merge(1) });
  for (const name of ["a", "b", "c"]) work(world, name, { commit: commitOf(name) });
  const commits = [];
  for (let n = 0; n < 3; n += 1) {
    const [order, ...others] = orders(world, "host.merge");
    expect(others).toEqual([]);
    commits.push(order?.method === "host.merge" && order.params.commit);
    report(world, { kind: "landed", landed });
  }
  expect(commits).toEqual(["a", "c", "b"].map(commitOf));
});

test("a report with an old token is not heard", () => {
  const world = new World();
  attach(world);
  submit(world, { a: { merge: { mode: "auto" } } });
  work(world, "a", { commit: commitOf("a") });
  const [order] = orders(world, "host.merge");
  if (order?.method !== "host.merge") throw new Error("no merge executes");
  const { merge, fence } = order.params;
  const stale = { merge, fence: fence - 1, outcome: { kind: "landed", landed } };
  expect(world.send(host, "host.merge_report", stale).refusal?.code).toBe("stale_token");
});

test("drain: running turns end, no new one begins, then the run is paused; it goes on", () => {
  const world = new World();
  attach(world);
  submit(world, { a: {}, b: {}, c: { dependsOn: ["a"] } }, { maxConcurrentAgents: 1 });
  const a = start(world, named(world, "a"));
  const b = start(world, named(world, "b"));
  requestTurn(world, a);
  requestTurn(world, b);
  world.must(operator, "run.cancel", { run: runId, mode: "drain" });
  expect(run(world).state).toBe("draining");
  endTurn(world, a);
  expect(run(world).state).toBe("paused");
  quiet(world, a);
  expect(states(world)).toEqual(["done", "running", "blocked"]);
  submit(world, {});
  expect(run(world).state).toBe("active");
  expect(states(world)).toEqual(["done", "running", "running"]);
  expect(world.state.turns.running.get(runId)).toBe(1);
});

test("a drained run with nothing running pauses at once", () => {
  const world = new World();
  attach(world);
  submit(world, { a: {} });
  world.must(operator, "run.cancel", { run: runId, mode: "drain" });
  expect(run(world).state).toBe("paused");
});

test("cancel now stops every pod; the same run again makes new attempts", () => {
  const world = new World();
  attach(world);
  submit(world, { a: {}, b: { dependsOn: ["a"] } });
  const a = start(world, named(world, "a"));
  requestTurn(world, a);
  const step = world.send(operator, "run.cancel", { run: runId, mode: "now" });
  expect(step.kinds).toContain("pod.stop_requested");
  expect(run(world)).toMatchObject({ state: "cancelled", outcome: "cancelled" });
  expect(states(world)).toEqual(["cancelled", "cancelled"]);
  submit(world, {});
  expect(states(world)).toEqual(["blocked", "blocked"]);
  exit(world, a, { cause: "requested" });
  expect(run(world).tasks[0]).toMatchObject({ state: "running", attempt: 2 });
  expect(named(world, "a")).not.toBe(a);
});

test("a later turn that commits nothing leaves the branch as it is, to be merged again", () => {
  const world = new World();
  attach(world);
  const plan = submit(world, { a: { merge: { mode: "review" } }, b: {} });
  const a = work(world, "a", { commit: commitOf("a") });
  requestTurn(world, a, 2);
  const problem = { kind: "conflict", files: ["x"], branches: [] };
  report(world, { kind: "problem", problem });
  endTurn(world, a, 2);
  world.must(operator, "run.cancel", { run: plan.id, mode: "drain" });
  const step = world.send(operator, "run.submit", { id: plan.id, plan });
  const enqueued = step.events.find((event) => event.kind === "merge.enqueued");
  expect(enqueued?.data).toMatchObject({ pod: a, commit: commitOf("a") });
});

test("an ended run with failures tries those again; a done one is only answered", () => {
  const world = new World();
  attach(world);
  submit(world, { a: {}, b: {} });
  exit(world, work(world, "a"));
  exit(world, work(world, "b", { outcome: "errored", message: "no" }), { cause: "requested" });
  expect(run(world).outcome).toBe("partial");
  submit(world, {});
  expect(states(world)).toEqual(["done", "running"]);
  exit(world, work(world, "b"));
  expect(run(world).outcome).toBe("done");
  const events = world.log.length;
  submit(world, {});
  expect(world.log.length).toBe(events);
});

test("a pod of no run is merged by approval, once it has settled", () => {
  const world = new World();
  attach(world);
  const a = startPod(world, "a");
  requestTurn(world, a);
  expect(world.send(operator, "merge.approve", { pod: a }).refusal?.code).toBe("conflict");
  endTurn(world, a, 1, { commit: commitOf("a") });
  quiet(world, a);
  const step = world.send(operator, "merge.approve", { pod: a });
  expect(step.kinds).toEqual(["merge.enqueued", "merge.started"]);
  expect(step.answer).toMatchObject({ merge: { state: "merging", podName: "a" } });
  const denied = world.send(actorOf(a), "merge.approve", { pod: a });
  expect(denied.refusal?.code).toBe("unauthorized");
});

test("two tasks of one name that could begin at once: the older run's begins", () => {
  const world = new World();
  attach(world);
  submit(world, { gate: {}, x: { dependsOn: ["gate"] } });
  const plan = (tasks: Record<string, string[]>) => ({
    path: "other.yaml",
    base: { branch: "main", commit: baseCommit },
    maxConcurrentAgents: 5,
    tasks: Object.entries(tasks).map(([id, dependsOn]) => ({ id, dependsOn, spec: spec(id) })),
  });
  const other = "r00000002";
  world.must(operator, "run.submit", { id: other, plan: plan({ y: [], x: ["y"] }) });
  const holder = startPod(world, "x");
  work(world, "gate");
  work(world, "y");
  expect(states(world)).toEqual(["done", "blocked"]);
  exit(world, holder);
  expect(states(world)).toEqual(["done", "running"]);
  const { run: second } = world.read("run.get", { run: other });
  expect(second.tasks.map((task) => task.state)).toEqual(["done", "blocked"]);
});
