/** Whatever is asked of the work queue, in whatever order: it answers as the naive one does. */
import { coordinatorMethods } from "@podlane/protocol";
import type { TaskId } from "@podlane/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import { Undo } from "../../src/core/undo.ts";
import { workspaceRules } from "../../src/core/workspace-rules.ts";
import { type Policy, QueueModel } from "./queue-model.ts";
import { claimTask, completeTask, newTask, taskOf } from "./queue.ts";
import { World, client, operator, system } from "./world.ts";

/** Whether real and model agree is asked of every command. */
class Twins {
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
    this.world.send(system, "registration.verdict", { registration: id, verdict: "dead" });
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
      expect([id, real.status, real.attempts.length]).toEqual([id, status, attempts]);
      expect(live.map(({ claimedBy }) => claimedBy)).toEqual(claim === null ? [] : [claim.holder]);
    }
  }
}

const skills: Readonly<Record<string, readonly string[]>> = {
  ada: [],
  bob: ["rust"],
  cyd: ["rust", "gpu"],
};

type Command = (twins: Twins) => void;

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
    const params = {
      ...{ taskType: type, priority, dependsOn, deadlineMs, maxAttempts },
      onDependencyFailure: policy,
      agentRequirements: { capabilities: needs },
    };
    const made = newTask(world, params);
    model.submit({ id: made, type, priority, needs, dependsOn, policy, deadlineMs, maxAttempts });
  });

const claim = fc
  .tuple(pick, fc.constantFrom(null, "build", "review"), fc.constantFrom(3_000, 9_000, 60_000))
  .map(([who, type, leaseMs]): Command => (twins) => {
    const worker = twins.worker(who);
    const types = type === null ? {} : { taskTypes: [type] };
    const { task, reason } = claimTask(twins.world, client(worker), { ...types, leaseMs });
    const wanted = twins.model.claim(worker, twins.skillsOf(worker), type, leaseMs);
    expect(task?.id ?? null).toBe(wanted);
    expect(reason === null).toBe(wanted !== null);
  });

const complete = fc
  .tuple(pick, pick, fc.boolean())
  .map(([who, what, success]): Command => (twins) => {
    const worker = twins.worker(who);
    const task = twins.id(what);
    const { refusal } = completeTask(twins.world, client(worker), { task, success });
    expect(refusal === null).toBe(twins.model.complete(worker, task, success));
  });

const completeHeld = fc.tuple(pick, fc.boolean()).map(([who, success]): Command => (twins) => {
  const worker = twins.worker(who);
  const held = twins.model.tasks.find((task) => task.claim?.holder === worker);
  if (held === undefined) return;
  const task = held.id as TaskId;
  expect(completeTask(twins.world, client(worker), { task, success }).refusal).toBeNull();
  twins.model.complete(worker, task, success);
});

const cancel = pick.map((what): Command => (twins) => {
  const task = twins.id(what);
  const { kinds } = twins.world.send(operator, "task.cancel", { task, reason: "" });
  expect(kinds.includes("task.cancelled")).toBe(twins.model.cancel(task));
});

const renew = pick.map((who): Command => (twins) => {
  const worker = twins.worker(who);
  const { renewed } = twins.world.must(client(worker), "task.renew");
  expect(renewed).toBe(twins.model.renew(worker));
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

const command = fc.oneof(
  { weight: 6, arbitrary: submit },
  { weight: 6, arbitrary: claim },
  { weight: 4, arbitrary: completeHeld },
  { weight: 1, arbitrary: complete },
  { weight: 1, arbitrary: cancel },
  { weight: 2, arbitrary: renew },
  { weight: 1, arbitrary: die },
  { weight: 4, arbitrary: pass },
);

test(
  verifies("R100", "R244") + "the queue answers as a naive one does, and each task ends once",
  () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 30, maxLength: 120 }), (commands) => {
        const twins = new Twins();
        for (const one of commands) {
          one(twins);
          twins.agree();
        }
        const { log, state } = twins.world;
        const ends = log.filter(({ kind }) => terminal.has(kind)).map(({ subject }) => subject);
        expect(new Set(ends).size).toBe(ends.length);
        const copy = workspaceRules.initial();
        for (const event of log) workspaceRules.evolve(copy, event, new Undo());
        expect(copy).toEqual(state);
      }),
      { numRuns: 200 },
    );
  },
  120_000,
);

const terminal: ReadonlySet<string> = new Set([
  "task.completed",
  "task.failed",
  "task.dead_lettered",
  "task.cancelled",
  "task.blocked",
]);

test("a queue that has ended all its tasks keeps nothing that claims look at", () => {
  fc.assert(
    fc.property(fc.array(command, { minLength: 20, maxLength: 60 }), (commands) => {
      const twins = new Twins();
      for (const one of commands) one(twins);
      for (const { id } of twins.model.tasks) {
        twins.world.send(operator, "task.cancel", { task: id as TaskId, reason: "" });
      }
      const { lanes, open, byHolder, dueAt, dueTimes, doomed } = twins.world.state.tasks;
      const sizes = [lanes, open, byHolder, dueAt, doomed].map((map) => map.size);
      expect([...sizes, dueTimes.chunks.length]).toEqual([0, 0, 0, 0, 0, 0]);
    }),
    { numRuns: 60 },
  );
}, 60_000);
