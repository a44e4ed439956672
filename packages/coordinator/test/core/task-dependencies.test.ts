import { expect, test } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import { claimTask, completeTask, newTask, submitTask, taskOf } from "./queue.ts";
import { World, client, operator } from "./world.ts";

const [ada, bob, cyd] = [client("ada"), client("bob"), client("cyd")];

test(`${verifies("R100", "R108")}a task is claimed after all it depends on`, () => {
  const world = new World();
  const [a, b] = [newTask(world), newTask(world)];
  const last = newTask(world, { dependsOn: [a, b], priority: 1 });
  expect(claimTask(world, ada).task?.id).toBe(a);
  expect(claimTask(world, bob).task?.id).toBe(b);
  expect(claimTask(world, cyd).task).toBeNull();
  completeTask(world, ada, { task: a });
  expect(taskOf(world, last).waitsFor).toEqual([b]);
  completeTask(world, bob, { task: b });
  expect(claimTask(world, cyd).task?.id).toBe(last);
});

test(verifies("R244") + "unknown dependencies are refused by name, and so is one on itself", () => {
  const world = new World();
  expect(submitTask(world, { dependsOn: ["t99"] }).refusal).toMatchObject({
    code: "not_found",
    data: { tasks: ["t99"] },
  });
  const own = `t${world.log.length + 1}`;
  expect(submitTask(world, { dependsOn: [own] }).refusal?.code).toBe("deadlock");
  expect(world.log).toEqual([]);
});

test("a cycle cannot be said: the first of its tasks would name one that is not there yet", () => {
  const world = new World();
  const [first, second] = [`t${world.log.length + 1}`, `t${world.log.length + 2}`];
  expect(submitTask(world, { dependsOn: [second] }).refusal?.code).toBe("not_found");
  expect(newTask(world)).toBe(first);
  expect(newTask(world, { dependsOn: [first] })).toBe(second);
});

test(
  verifies("R244") +
    "a failure ends all that needs it, through any depth, and nothing that does not",
  () => {
    const world = new World();
    const root = newTask(world);
    const needs = newTask(world, { dependsOn: [root] });
    const deeper = newTask(world, { dependsOn: [needs, root] });
    const kept = newTask(world, { dependsOn: [root], onDependencyFailure: "keep" });
    const anyway = newTask(world, { dependsOn: [root], onDependencyFailure: "run_anyway" });
    claimTask(world, ada);
    completeTask(world, ada, { task: root, success: false });
    const statuses = [needs, deeper, kept, anyway].map((id) => taskOf(world, id).status);
    expect(statuses).toEqual(["blocked_by_failure", "blocked_by_failure", "pending", "pending"]);
    expect(claimTask(world, ada).task?.id).toBe(anyway);
    expect(claimTask(world, ada).task).toBeNull();
    expect(world.must(operator, "task.cancel", { task: kept, reason: "" })).toEqual({
      status: "cancelled",
    });
  },
);

test("what was submitted after the failure is judged as what came before it", () => {
  const world = new World();
  const root = newTask(world);
  world.must(operator, "task.cancel", { task: root, reason: "no" });
  const status = (onDependencyFailure: string) =>
    taskOf(world, newTask(world, { dependsOn: [root], onDependencyFailure })).status;
  expect(status("cancel")).toBe("blocked_by_failure");
  expect(status("keep")).toBe("pending");
  expect(status("run_anyway")).toBe("pending");
  expect(claimTask(world, ada).task?.onDependencyFailure).toBe("run_anyway");
  expect(claimTask(world, ada).task).toBeNull();
});

test("a cascade larger than a batch goes on with the ticks, unclaimable until then", () => {
  const world = new World();
  const root = newTask(world);
  for (let n = 0; n < 2_100; n += 1) newTask(world, { dependsOn: [root] });
  claimTask(world, ada);
  const failed = completeTask(world, ada, { task: root, success: false });
  expect(failed.kinds).toHaveLength(1_001);
  expect(claimTask(world, ada).task).toBeNull();
  expect(world.pass(1_000).kinds).toHaveLength(1_000);
  expect(world.pass(1_000).kinds).toHaveLength(100);
  expect([world.state.tasks.doomed.size, world.state.tasks.open.size]).toEqual([0, 0]);
}, 60_000);
