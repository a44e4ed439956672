import { coordinatorMethods, SubmitTask } from "@podlane/protocol";
import { describe, expect, test } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import { claimTask, completeTask, newTask, submitTask, taskOf } from "./queue.ts";
import { World, client, operator } from "./world.ts";

const [ada, bob, cyd] = [client("ada"), client("bob"), client("cyd")];

test(
  verifies("R100", "R101", "R102") +
    "tasks are claimed by priority, then in the order in which they were submitted",
  () => {
    const world = new World();
    const late = newTask(world, { priority: 9 });
    const first = newTask(world);
    const second = newTask(world);
    const urgent = newTask(world, { priority: 1, taskType: "fix" });
    const claimed = [1, 2, 3, 4].map(() => claimTask(world, ada).task?.id);
    expect(claimed).toEqual([urgent, first, second, late]);
    expect(claimTask(world, bob)).toMatchObject({ task: null, reason: "no_tasks_available" });
  },
);

test("a worker that names types gets no others", () => {
  const world = new World();
  newTask(world, { taskType: "review" });
  const build = newTask(world, { taskType: "build", priority: 9 });
  expect(claimTask(world, ada, { taskTypes: ["build"] }).task?.id).toBe(build);
  expect(claimTask(world, ada, { taskTypes: ["build", "test"] }).task).toBeNull();
});

test(
  verifies("R100", "R103") + "a claim's token ends the task, once; the result never changes",
  () => {
    const world = new World();
    const task = newTask(world);
    const { fence } = claimTask(world, ada);
    expect(fence).toBe(2);
    const result = { lines: 12 };
    expect(completeTask(world, ada, { task, fence, result }).answer).toEqual({
      status: "completed",
    });
    const done = taskOf(world, task);
    expect(done).toMatchObject({ status: "completed", result, claimedBy: "ada" });
    for (const actor of [ada, bob, operator]) {
      const again = completeTask(world, actor, { task, success: false });
      expect(again.refusal).toMatchObject({ code: "conflict", data: { status: "completed" } });
      const cancelled = world.send(operator, "task.cancel", { task, reason: "" });
      expect(cancelled.refusal?.code).toBe("conflict");
    }
    expect(taskOf(world, task)).toEqual(done);
  },
);

test("a task is completed by who has claimed it, with or without token, by nobody else", () => {
  const world = new World();
  const task = newTask(world);
  expect(completeTask(world, ada, { task }).refusal?.code).toBe("conflict");
  const { fence } = claimTask(world, ada);
  expect(completeTask(world, bob, { task }).refusal?.code).toBe("unauthorized");
  expect(completeTask(world, bob, { task, fence }).refusal?.code).toBe("unauthorized");
  const wrong = completeTask(world, ada, { task, fence: (fence ?? 0) + 1 });
  expect(wrong.refusal?.code).toBe("stale_token");
  expect(completeTask(world, ada, { task }).refusal).toBeNull();
});

test(`${verifies("R103")}a failure that its worker reports is final, and carries its error`, () => {
  const world = new World();
  const task = newTask(world);
  claimTask(world, ada);
  const error = { code: "failed", message: "the parser has no tests" };
  const failed = completeTask(world, ada, { task, success: false, error });
  expect(failed.answer).toEqual({ status: "failed" });
  expect(taskOf(world, task)).toMatchObject({ status: "failed", error, result: null });
  expect(claimTask(world, bob).task).toBeNull();
});

describe("time", () => {
  test(
    verifies("R244") + "a lease that runs out returns the task; its old worker's token is stale",
    () => {
      const world = new World();
      const task = newTask(world);
      const { fence } = claimTask(world, ada, { leaseMs: 5_000 });
      expect(world.pass(4_000).kinds).toEqual([]);
      expect(world.pass(1_000).kinds).toEqual(["task.returned"]);
      expect(completeTask(world, ada, { task, fence }).refusal?.code).toBe("stale_token");
      const again = claimTask(world, bob);
      expect(again.task?.id).toBe(task);
      expect(again.fence).toBeGreaterThan(fence ?? 0);
      expect(completeTask(world, ada, { task, fence }).refusal?.code).toBe("stale_token");
      expect(completeTask(world, bob, { task }).refusal).toBeNull();
      expect(taskOf(world, task).attempts).toMatchObject([
        { attempt: 1, claimedBy: "ada", how: "lease_expired" },
        { attempt: 2, claimedBy: "bob", how: "completed" },
      ]);
    },
  );

  test("a renewed lease lasts as long again, and one that ran out is not renewed", () => {
    const world = new World();
    const task = newTask(world);
    claimTask(world, ada, { leaseMs: 5_000 });
    world.pass(4_000);
    expect(world.must(ada, "task.renew")).toEqual({ renewed: 1 });
    expect(world.pass(4_999).kinds).toEqual([]);
    expect(world.pass(1).kinds).toEqual(["task.returned"]);
    expect(world.must(ada, "task.renew")).toEqual({ renewed: 0 });
    expect(taskOf(world, task).status).toBe("pending");
  });

  test(verifies("R244") + "a task that is not done by its deadline fails, claimed or not", () => {
    const world = new World();
    const deadlineMs = world.nowMs + 10_000;
    const waiting = newTask(world, { deadlineMs, priority: 9 });
    const claimed = newTask(world, { deadlineMs });
    claimTask(world, ada);
    expect(world.pass(10_000).kinds).toEqual(["task.failed", "task.failed"]);
    for (const task of [waiting, claimed]) {
      expect(taskOf(world, task)).toMatchObject({ status: "failed", error: { code: "timeout" } });
    }
    const late = completeTask(world, ada, { task: claimed });
    expect(late.refusal?.code).toBe("stale_token");
  });

  test("a client whose clock is an hour behind is told the log's time", () => {
    const world = new World();
    world.nowMs = Date.UTC(2030, 0, 1);
    const { refusal } = submitTask(world, { deadlineMs: world.nowMs - 3_600_000 });
    expect(refusal).toMatchObject({ code: "invalid_request", data: { nowMs: world.nowMs } });
  });

  test("more than a tick can take is due at the next ones, and nothing is due twice", () => {
    const world = new World();
    const count = 1_500;
    for (let n = 0; n < count; n += 1) newTask(world, { deadlineMs: world.nowMs + 1_000 });
    expect(world.pass(1_000).kinds).toHaveLength(1_000);
    expect(world.pass(1_000).kinds).toHaveLength(500);
    expect(world.pass(5_000).kinds).toHaveLength(0);
  }, 60_000);
});

describe("cancelling", () => {
  test(
    verifies("R105", "R244") + "works on waiting and claimed tasks alike, and the worker is stale",
    () => {
      const world = new World();
      const [waiting, claimed] = [newTask(world, { priority: 9 }), newTask(world)];
      const { fence } = claimTask(world, ada);
      for (const task of [waiting, claimed]) {
        const cancel = { task, reason: "not needed" };
        expect(world.must(operator, "task.cancel", cancel)).toEqual({ status: "cancelled" });
        expect(world.send(operator, "task.cancel", cancel).kinds).toEqual([]);
        expect(taskOf(world, task).error).toEqual({
          code: "cancelled_by_orchestrator",
          message: "not needed",
        });
      }
      const late = completeTask(world, ada, { task: claimed, fence });
      expect(late.refusal?.code).toBe("stale_token");
      expect(claimTask(world, bob).task).toBeNull();
    },
  );

  test(
    verifies("R105") + "the convention is a completion without success, and needs no claim",
    () => {
      const world = new World();
      const task = newTask(world, {}, ada);
      claimTask(world, bob);
      const error = { code: "cancelled_by_orchestrator", message: "changed our minds" };
      const by = (actor: typeof ada) => completeTask(world, actor, { task, success: false, error });
      expect(by(cyd).refusal?.code).toBe("unauthorized");
      expect(by(ada).answer).toEqual({ status: "cancelled" });
      expect(taskOf(world, task)).toMatchObject({ status: "cancelled", error });
    },
  );
});

describe("submitting", () => {
  test("the same key by the same client is the same task; another client's is its own", () => {
    const world = new World();
    const key = { idempotencyKey: "k" };
    const first = newTask(world, key, ada);
    expect(newTask(world, { ...key, description: "other" }, ada)).toBe(first);
    expect(newTask(world, key, bob)).not.toBe(first);
    claimTask(world, cyd);
    completeTask(world, cyd, { task: first });
    expect(newTask(world, key, ada)).toBe(first);
    expect(taskOf(world, first)).not.toHaveProperty("idempotencyKey");
  });

  const bad = {
    "priority NaN": { priority: Number.NaN },
    "priority 0": { priority: 0 },
    "priority 11": { priority: 11 },
    "priority 1.5": { priority: 1.5 },
    "an empty description": { description: "" },
    "no attempts": { maxAttempts: 0 },
    "an id that is none": { dependsOn: ["t-1"] },
    "a deadline that is no number": { deadlineMs: Number.POSITIVE_INFINITY },
  };
  test.each(Object.entries(bad))("%s is no task", (_name, more) => {
    const task = { taskType: "build", description: "build it", ...more };
    expect(SubmitTask.safeParse(task).success).toBe(false);
  });

  test.each([0, 999, Number.NaN, 9 * 3_600_000])("a lease of %d ms is no lease", (leaseMs) => {
    expect(coordinatorMethods["task.claim"].params.safeParse({ leaseMs }).success).toBe(false);
  });
});

test("nobody holds more tasks than its death could return at once", () => {
  const world = new World();
  for (let n = 0; n <= 1_000; n += 1) newTask(world);
  for (let n = 0; n < 1_000; n += 1) claimTask(world, ada);
  const params = { leaseMs: 5_000, wait: "none" };
  expect(world.send(ada, "task.claim", params).refusal?.code).toBe("busy");
  expect(claimTask(world, bob).task).not.toBeNull();
}, 60_000);

test("ended tasks leave memory, oldest first, and open ones never do", () => {
  const world = new World();
  const open = newTask(world, { priority: 9 });
  const first = newTask(world, { idempotencyKey: "k" });
  claimTask(world, ada);
  completeTask(world, ada, { task: first });
  for (let n = 0; n < 2_000; n += 1) {
    const task = newTask(world);
    world.must(operator, "task.cancel", { task, reason: "" });
  }
  const { byId, byKey, ended } = world.state.tasks;
  expect([byId.size, ended.size, byKey.size]).toEqual([2_001, 2_000, 0]);
  expect([byId.has(open), byId.has(first)]).toEqual([true, false]);
  const late = completeTask(world, ada, { task: first });
  expect(late.refusal?.code).toBe("not_found");
}, 60_000);

test("lists are of one status or type, newest first, or in the order of the queue", () => {
  const world = new World();
  const [a, b] = [newTask(world), newTask(world, { priority: 1 })];
  const c = newTask(world, { taskType: "review", dependsOn: [a] });
  const listed = (params: object) =>
    world.read("task.list", { order: "newest", limit: 10, ...params }).tasks.map(({ id }) => id);
  expect(listed({})).toEqual([c, b, a]);
  expect(listed({ taskTypes: ["review"] })).toEqual([c]);
  expect(listed({ order: "next" })).toEqual([b, a]);
  claimTask(world, ada);
  expect(listed({ statuses: ["claimed"] })).toEqual([b]);
  expect(listed({ limit: 1 })).toEqual([c]);
});
