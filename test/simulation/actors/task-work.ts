/**
 * What those who work through the queue do: one row a thing to do, good and bad.
 */
import type { Task } from "@podlane/protocol";
import type { Held, Holder } from "./holder.ts";
import type { Work } from "./workload.ts";

const types = ["build", "review"];
export const skills = ["rust", "gpu"];

export const taskWork: readonly Work[] = [
  { name: "submit a task", weight: 5, run: submit },
  { name: "claim a task", weight: 7, run: claimTask },
  { name: "complete a task", weight: 6, run: completeTask },
  { name: "complete with an old token", weight: 1, run: completeStale },
  { name: "complete what is another's", weight: 1, run: completeForeign },
  { name: "cancel a task", weight: 1, run: cancel },
  { name: "renew leases", weight: 2, run: (holder) => holder.call("task.renew") },
  { name: "look at a task", weight: 1, run: look },
];

async function submit(holder: Holder): Promise<void> {
  const { random } = holder;
  const known = random.chance(0.5) ? await listed(holder) : [];
  const ids = known.map(({ id }) => id as string);
  const pick = () => (random.chance(0.05) ? "t999999" : random.pick(ids));
  const dependsOn = ids.length === 0 ? [] : Array.from({ length: random.int(1, 2) }, pick);
  const [newest] = known;
  const hasDeadline = newest !== undefined && random.chance(0.2);
  await holder.call("task.submit", {
    taskType: random.pick(types),
    description: "do it",
    priority: random.pick([1, 5, 5, 10]),
    dependsOn: [...new Set(dependsOn)],
    onDependencyFailure: random.pick(["cancel", "cancel", "keep", "run_anyway"]),
    agentRequirements: { capabilities: skills.filter(() => random.chance(0.25)) },
    maxAttempts: random.int(1, 3),
    deadlineMs: hasDeadline ? newest.createdAtMs + random.int(1_000, 20_000) : null,
    ...(random.chance(0.1) ? { idempotencyKey: `key${random.int(0, 2)}` } : {}),
  });
}

export async function claimTask(holder: Holder): Promise<void> {
  const { random, tasks } = holder;
  const taskTypes = random.chance(0.5) ? {} : { taskTypes: [random.pick(types)] };
  const leaseMs = random.pick([1_000, 3_000, 8_000]);
  const outcome = await holder.call("task.claim", { ...taskTypes, leaseMs });
  if (!outcome.ok) return;
  const { task, fence } = outcome.value as { task: Task | null; fence: number | null };
  if (task !== null && fence !== null) tasks.set(task.id, { id: task.id, fence });
}

export async function completeTask(holder: Holder): Promise<void> {
  const task = someOf(holder);
  if (task === null) return;
  holder.tasks.delete(task.id);
  const withFence = holder.random.chance(0.7) ? { fence: task.fence } : {};
  await complete(holder, { task: task.id, ...withFence });
}

/** As a worker would that had the task before, in another attempt. */
async function completeStale(holder: Holder): Promise<void> {
  const task = someOf(holder);
  if (task !== null) await complete(holder, { task: task.id, fence: task.fence - 1 });
}

async function completeForeign(holder: Holder): Promise<void> {
  const open = (await listed(holder)).filter(({ id }) => !holder.tasks.has(id));
  if (open.length > 0) await complete(holder, { task: holder.random.pick(open).id });
}

async function complete(holder: Holder, what: object): Promise<void> {
  const { random } = holder;
  const success = random.chance(0.7);
  const code = random.pick(["failed", "failed", "cancelled_by_orchestrator"]);
  const how = success ? {} : { error: { code, message: "it did not work" } };
  await holder.call("task.complete", { ...what, success, ...how });
}

/** Any open task: to cancel another's is refused. */
async function cancel(holder: Holder): Promise<void> {
  const open = await listed(holder);
  if (open.length === 0) return;
  await holder.call("task.cancel", { task: holder.random.pick(open).id, reason: "not needed" });
}

async function look(holder: Holder): Promise<void> {
  const all = await listed(holder);
  if (all.length > 0) await holder.call("task.get", { task: holder.random.pick(all).id });
}

/** The newest tasks, ended ones among them, newest first. */
async function listed(holder: Holder): Promise<readonly Task[]> {
  const outcome = await holder.call("task.list", { limit: 8 });
  return outcome.ok ? (outcome.value as { tasks: readonly Task[] }).tasks : [];
}

function someOf({ tasks, random }: Holder): Held | null {
  return tasks.size === 0 ? null : random.pick([...tasks.values()]);
}
