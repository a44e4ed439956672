/**
 * The work queue in as few words as a test needs.
 */
import { coordinatorMethods, SubmitTask } from "@podlane/protocol";
import type { Task, TaskId } from "@podlane/protocol";
import type { Actor } from "../../src/core/event.ts";
import type { Step, World } from "./world.ts";
import { operator } from "./world.ts";

export function submitTask(
  world: World,
  more: Record<string, unknown> = {},
  actor: Actor = operator,
): Step {
  const params = SubmitTask.parse({ taskType: "build", description: "build it", ...more });
  return world.send(actor, "task.submit", params);
}

/** The id of a task that is submitted without trouble. */
export function newTask(world: World, more: Record<string, unknown> = {}, actor?: Actor): TaskId {
  const { answer, refusal } = submitTask(world, more, actor);
  if (refusal !== null) throw new Error(refusal.message);
  return (answer as { task: Task }).task.id;
}

export interface Claimed {
  readonly task: Task | null;
  readonly fence: number | null;
  readonly reason: string | null;
  readonly unmet: readonly { readonly task: string; readonly requirement: string }[];
}

export function claimTask(world: World, actor: Actor, more: Record<string, unknown> = {}): Claimed {
  return world.must(
    actor,
    "task.claim",
    coordinatorMethods["task.claim"].params.parse(more),
  ) as Claimed;
}

export function completeTask(
  world: World,
  actor: Actor,
  more: { readonly task: TaskId } & Record<string, unknown>,
): Step {
  return world.send(actor, "task.complete", { success: true, ...more });
}

export function taskOf(world: World, id: TaskId): Task {
  return world.read("task.get", { task: id }).task;
}
