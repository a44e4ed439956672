/**
 * The real work queue and the naive one, side by side: whatever is asked of both, in whatever
 * order, they must answer alike.
 */
import assert from "node:assert/strict";
import { coordinatorMethods } from "@podlane/protocol";
import type { TaskId } from "@podlane/protocol";
import fc from "fast-check";
import { type Policy, QueueModel } from "./queue-model.ts";
import { claimTask, completeTask, newTask, taskOf } from "./queue.ts";
import { World, client, operator, system } from "./world.ts";

/** Whether real and model agree is asked of every command. */
export class Twins {
  readonly world = new World();
  readonly model = new QueueModel(this.world.nowMs);
  /** Registrations in turn: who dies comes back as somebody else. */
  readonly workers = ["ada", "bob", "cyd"].map((name) => this.#register(name));

  id(pick: number): TaskId {
    const { tasks } = this.model;
    return (tasks[pick % Math.max(1, tasks.length)]?.id ?? "t999") as TaskId;
  }

  worker(pick: number): string {
    return this.workers[pick % this.workers.length] ?? "";
  }

  #register(name: string): string {
    const capabilities = skills[name] ?? [];
    const params = coordinatorMethods["registration.register"].params.parse({ capabilities });
    return this.world.must(client(name), "registration.register", params).registration.id;
  }

  die(pick: number): void {
    const id = this.worker(pick);
    const at = this.workers.indexOf(id);
    this.world.send(system, "registration.verdict", {
      registration: id,
      verdict: "dead",
      attachedTo: null,
    });
    this.model.die(id);
    this.workers[at] = this.#register(Object.keys(skills)[at] ?? "");
  }

  /** What each worker can do never changes, whichever registration it has. */
  skillsOf(worker: string): readonly string[] {
    return skills[Object.keys(skills)[this.workers.indexOf(worker)] ?? ""] ?? [];
  }

  agree(): void {
    for (const { id, status, attempts, claim } of this.model.tasks) {
      const real = taskOf(this.world, id as TaskId);
      const live = real.attempts.filter(({ endedAtMs }) => endedAtMs === null);
      assert.deepEqual([id, real.status, real.attempts.length], [id, status, attempts]);
      assert.deepEqual(
        live.map(({ claimedBy }) => claimedBy),
        claim === null ? [] : [claim.holder],
      );
    }
  }
}

const skills: Readonly<Record<string, readonly string[]>> = {
  ada: [],
  bob: ["rust"],
  cyd: ["rust", "gpu"],
};

export type Command = (twins: Twins) => void;

const pick = fc.nat({ max: 1_000 });

const submit = fc
  .record({
    type: fc.constantFrom("build", "review"),
    priority: fc.constantFrom(1, 5, 5, 10),
    needs: fc.subarray(["rust", "gpu"]),
    dependencies: fc.array(pick, { maxLength: 3 }),
    policy: fc.constantFrom<Policy>("cancel", "keep", "run_anyway"),
    deadline: fc.constantFrom(null, null, 5_000, 40_000),
    maxAttempts: fc.constantFrom(1, 2, 3),
  })
  .map((task): Command => ({ world, model }) => {
    const known = model.tasks.map((one) => one.id);
    const wanted = task.dependencies.map((at) => known[at % Math.max(1, known.length)]);
    const dependsOn = [...new Set(wanted.filter((one) => one !== undefined))];
    const deadlineMs = task.deadline === null ? null : world.nowMs + task.deadline;
    const { type, priority, needs, policy, maxAttempts } = task;
    const made = newTask(world, {
      taskType: type,
      priority,
      dependsOn,
      deadlineMs,
      maxAttempts,
      onDependencyFailure: policy,
      agentRequirements: { capabilities: needs },
    });
    model.submit({ id: made, type, priority, needs, dependsOn, policy, deadlineMs, maxAttempts });
  });

const claim = fc
  .tuple(pick, fc.constantFrom(null, "build", "review"), fc.constantFrom(3_000, 9_000, 60_000))
  .map(([who, type, leaseMs]): Command => (twins) => {
    const worker = twins.worker(who);
    const types = type === null ? {} : { taskTypes: [type] };
    const { task, reason } = claimTask(twins.world, client(worker), { ...types, leaseMs });
    const wanted = twins.model.claim(worker, twins.skillsOf(worker), type, leaseMs);
    assert.equal(task?.id ?? null, wanted);
    assert.equal(reason === null, wanted !== null);
  });

const complete = fc
  .tuple(pick, pick, fc.boolean())
  .map(([who, what, success]): Command => (twins) => {
    const worker = twins.worker(who);
    const task = twins.id(what);
    const { refusal } = completeTask(twins.world, client(worker), { task, success });
    assert.equal(refusal === null, twins.model.complete(worker, task, success));
  });

const completeHeld = fc.tuple(pick, fc.boolean()).map(([who, success]): Command => (twins) => {
  const worker = twins.worker(who);
  const held = twins.model.tasks.find((task) => task.claim?.holder === worker);
  if (held === undefined) return;
  const task = held.id as TaskId;
  assert.equal(completeTask(twins.world, client(worker), { task, success }).refusal, null);
  twins.model.complete(worker, task, success);
});

const cancel = pick.map((what): Command => (twins) => {
  const task = twins.id(what);
  const { kinds } = twins.world.send(operator, "task.cancel", { task, reason: "" });
  assert.equal(kinds.includes("task.cancelled"), twins.model.cancel(task));
});

const renew = pick.map((who): Command => (twins) => {
  const worker = twins.worker(who);
  const { renewed } = twins.world.must(client(worker), "task.renew");
  assert.equal(renewed, twins.model.renew(worker));
});

const die = pick.map(
  (who): Command =>
    (twins) =>
      twins.die(who),
);

const pass = fc.integer({ min: 1, max: 3 }).map((seconds): Command => (twins) => {
  for (let n = 0; n < seconds; n += 1) {
    twins.world.pass(1_000);
    twins.model.tick(1_000);
  }
});

export const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: submit },
  { weight: 6, arbitrary: claim },
  { weight: 4, arbitrary: completeHeld },
  { weight: 1, arbitrary: complete },
  { weight: 1, arbitrary: cancel },
  { weight: 2, arbitrary: renew },
  { weight: 1, arbitrary: die },
  { weight: 4, arbitrary: pass },
);
