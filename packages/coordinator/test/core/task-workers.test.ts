import { coordinatorMethods } from "@podlane/protocol";
import type { TaskId } from "@podlane/protocol";
import { expect, test } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import { actorOf, attach, exit, startPod } from "./cast.ts";
import { claimTask, completeTask, newTask, submitTask, taskOf } from "./queue.ts";
import { World, client, operator } from "./world.ts";

const ada = client("ada");

const reviewer = { agentType: "codex", capabilities: ["review", "rust"] };

test(
  verifies("R168", "R244") + "an unfit worker is told what it lacks, and a fit one gets the task",
  () => {
    const world = new World();
    const agentRequirements = { agentTypes: ["codex", "claude"], capabilities: ["review"] };
    const task = newTask(world, { agentRequirements });
    expect(claimTask(world, ada)).toMatchObject({
      task: null,
      reason: "requirements_unmet",
      unmet: [{ task, requirement: expect.stringContaining("agent type codex or claude") }],
    });
    const { id } = world.must(ada, "registration.register", registration(reviewer)).registration;
    expect(claimTask(world, client(id)).task?.id).toBe(task);
  },
);

test("a fit worker is not held up by tasks that it is unfit for", () => {
  const world = new World();
  newTask(world, { priority: 1, agentRequirements: { capabilities: ["gpu"] } });
  const plain = newTask(world);
  expect(claimTask(world, ada).task?.id).toBe(plain);
});

test("a pod is of the type of its agent's driver", () => {
  const world = new World();
  attach(world);
  const pod = startPod(world, "worker");
  const task = newTask(world, { agentRequirements: { agentTypes: ["shell"] } });
  expect(claimTask(world, actorOf(pod)).task?.id).toBe(task);
});

test("a trust level is refused as long as nobody has one", () => {
  const { refusal } = submitTask(new World(), { agentRequirements: { minTrust: 2 } });
  expect(refusal?.code).toBe("unsupported");
});

test(
  verifies("R244", "R99") + "a dead pod's tasks return once, at their old place in the queue",
  () => {
    const world = new World();
    attach(world);
    const pod = startPod(world, "worker");
    const tasks = [newTask(world), newTask(world), newTask(world)];
    claimTask(world, actorOf(pod));
    claimTask(world, actorOf(pod));
    const died = exit(world, pod, { cause: "killed" });
    expect(died.kinds.filter((kind) => kind === "task.returned")).toHaveLength(2);
    expect(exit(world, pod, { cause: "killed" }).kinds).toEqual([]);
    expect(tasks.map(() => claimTask(world, ada).task?.id)).toEqual(tasks);
    expect(taskOf(world, tasks[0] as TaskId).attempts).toMatchObject([
      { claimedBy: pod, how: "worker_died" },
      { claimedBy: "ada", how: null },
    ]);
    const late = world.send(actorOf(pod), "task.claim", { leaseMs: 5_000, wait: "none" });
    expect(late.refusal?.code).toBe("stale_generation");
  },
);

test(
  verifies("R244") + "a task that kills its worker ten times is dead-lettered with its history",
  () => {
    const world = new World();
    attach(world);
    const poison = newTask(world, { maxAttempts: 10 });
    const dependent = newTask(world, { dependsOn: [poison] });
    for (let n = 1; n <= 10; n += 1) {
      expect(taskOf(world, poison).status).toBe("pending");
      const pod = startPod(world, `w${n}`);
      expect(claimTask(world, actorOf(pod)).task?.id).toBe(poison);
      exit(world, pod, { cause: "killed" });
    }
    const { status, attempts, error } = taskOf(world, poison);
    expect(status).toBe("dead_lettered");
    expect(attempts.map(({ how }) => how)).toEqual(Array.from({ length: 10 }, () => "worker_died"));
    expect(new Set(attempts.map(({ claimedBy }) => claimedBy)).size).toBe(10);
    expect(error?.message).toMatch(/10 attempts/);
    expect(taskOf(world, dependent).status).toBe("blocked_by_failure");
    expect(claimTask(world, ada).task).toBeNull();
  },
);

test("a pod whose stop was asked for keeps its task until its process is gone", () => {
  const world = new World();
  attach(world);
  const pod = startPod(world, "worker");
  const task = newTask(world);
  claimTask(world, actorOf(pod));
  const stop = { pod, tree: false, deadlineMs: 10_000, cause: "requested" };
  expect(world.send(operator, "pod.stop", stop).kinds).toEqual(["pod.stop_requested"]);
  expect(taskOf(world, task).status).toBe("claimed");
  expect(completeTask(world, actorOf(pod), { task }).refusal).toBeNull();
});

function registration(more: object) {
  return coordinatorMethods["registration.register"].params.parse(more);
}
