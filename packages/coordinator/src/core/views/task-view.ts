/**
 * A task as callers see it.
 */
import { accepted, refused } from "@podlane/protocol";
import type { Task } from "@podlane/protocol";
import type { Queries } from "../query.ts";
import { nextTasks } from "../tasks/lanes.ts";
import type { TaskEntry } from "../tasks/tasks-slice.ts";
import { findTask, isOpen, tasksOf } from "../tasks/tasks-slice.ts";

export function taskView(task: TaskEntry): Task {
  const { claim, request } = task;
  // Named one by one: this is on the path of every claim, and a rest of an object is slow.
  return {
    taskType: request.taskType,
    description: request.description,
    inputData: request.inputData,
    priority: request.priority,
    dependsOn: request.dependsOn,
    onDependencyFailure: request.onDependencyFailure,
    agentRequirements: request.agentRequirements,
    deadlineMs: request.deadlineMs,
    maxAttempts: request.maxAttempts,
    id: task.id,
    status: task.status,
    submittedBy: task.submittedBy,
    claimedBy: claim?.holder ?? task.attempts.at(-1)?.claimedBy ?? null,
    claimedAtMs: task.attempts.at(-1)?.claimedAtMs ?? null,
    leaseUntilMs: claim?.leaseUntilMs ?? null,
    waitsFor: isOpen(task.status) ? [...task.waitsFor].toSorted() : [],
    result: task.result,
    error: task.error,
    attempts: task.attempts.map((attempt) => ({ ...attempt })),
    createdAtMs: task.createdAtMs,
    completedAtMs: task.completedAtMs,
  };
}

export const taskQueries: Queries<"task.get" | "task.list"> = {
  /** Refuses `not_found` for what is not in memory; the server then looks in the log. */
  "task.get": ({ tasks }, { task: id }) => {
    const task = findTask(tasks, id);
    if (task === undefined) return refused("not_found", `task ${id} is not known`);
    return accepted({ task: taskView(task) });
  },
  "task.list": ({ tasks }, { statuses, taskTypes, claimedBy, order, limit }) => {
    if (order === "next") {
      const next = nextTasks(tasks, { types: taskTypes, limit });
      return accepted({ tasks: next.map(taskView) });
    }
    const wanted: TaskEntry[] = [];
    const among = claimedBy === undefined ? tasks.byId.values() : tasksOf(tasks, claimedBy);
    for (const task of among) {
      if (statuses !== undefined && !statuses.includes(task.status)) continue;
      if (taskTypes !== undefined && !taskTypes.includes(task.request.taskType)) continue;
      wanted.push(task);
    }
    const newest = wanted.toSorted((a, b) => b.seq - a.seq).slice(0, limit);
    return accepted({ tasks: newest.map(taskView) });
  },
};
