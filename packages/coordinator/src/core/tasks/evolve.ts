/**
 * How task events change the queue and its indexes.
 */
import type { LogEventData, TaskAttempt, TaskError, TaskId } from "@podlane/protocol";
import type { LogEvent } from "../event.ts";
import type { Evolvers } from "../fact.ts";
import { taskIdAt } from "../identity.ts";
import { maxEndedTasks } from "../limits.ts";
import type { WorkspaceState } from "../state.ts";
import type { Undo } from "../undo.ts";
import { setDue } from "./due.ts";
import { enterLane, leaveLane } from "./lanes.ts";
import { idempotencyKeyOf } from "./submit.ts";
import type { TaskEntry, TasksSlice } from "./tasks-slice.ts";
import { findTask, isOpen, knownTask, sortedTasks, tasksOf } from "./tasks-slice.ts";

interface At {
  readonly event: LogEvent;
  readonly undo: Undo;
}

export const taskEvolvers: Evolvers<
  | "task.submitted"
  | "task.claimed"
  | "task.renewed"
  | "task.returned"
  | "task.completed"
  | "task.failed"
  | "task.dead_lettered"
  | "task.cancelled"
  | "task.blocked"
> = {
  "task.submitted": ({ tasks }, data, { event, undo }) => {
    const task = newTask(data, event);
    undo.put(tasks.byId, task.id, task);
    const { taskType } = task.request;
    undo.put(tasks.open, taskType, (tasks.open.get(taskType) ?? 0) + 1);
    const key = idempotencyKeyOf(task.submittedBy, task.request);
    if (key !== "") undo.put(tasks.byKey, key, task.id);
    for (const id of task.waitsFor) standBefore(findTask(tasks, id), task.id, undo);
    if (task.waitsFor.size === 0) enterLane(tasks, task, undo);
    setDue(tasks, task, undo);
  },
  "task.claimed": ({ tasks }, { holder, leaseMs }, { event, undo }) => {
    const task = taskOf(tasks, event);
    leaveLane(tasks, task, undo);
    const leaseUntilMs = event.atMs + leaseMs;
    undo.assign(task, "status", "claimed");
    undo.assign(task, "claim", { holder, fence: event.seq, leaseMs, leaseUntilMs });
    undo.insert(task.attempts, task.attempts.length, newAttempt(task, holder, event));
    const held = tasks.byHolder.get(holder);
    if (held === undefined) undo.put(tasks.byHolder, holder, new Set([task.id]));
    else undo.add(held, task.id);
    setDue(tasks, task, undo);
  },
  "task.renewed": ({ tasks }, { holder }, { event, undo }) => {
    for (const task of tasksOf(tasks, holder)) {
      const { claim } = task;
      if (claim === null || claim.leaseUntilMs <= event.atMs) continue;
      undo.assign(claim, "leaseUntilMs", event.atMs + claim.leaseMs);
      setDue(tasks, task, undo);
    }
  },
  "task.returned": ({ tasks }, { how }, at) => {
    const task = taskOf(tasks, at.event);
    endClaim(tasks, task, { how, ...at });
    at.undo.assign(task, "status", "pending");
    enterLane(tasks, task, at.undo);
    setDue(tasks, task, at.undo);
  },
  "task.completed": (state, { result }, at) => {
    const task = taskOf(state.tasks, at.event);
    at.undo.assign(task, "result", result);
    end(state, task, { status: "completed", how: "completed", error: null, ...at });
  },
  "task.failed": (state, { error }, at) => {
    const how =
      error.code === "timeout" && at.event.actor.role === "system" ? "timed_out" : "failed";
    end(state, taskOf(state.tasks, at.event), { status: "failed", how, error, ...at });
  },
  "task.dead_lettered": (state, { how }, at) => {
    const task = taskOf(state.tasks, at.event);
    const message = `given up after ${task.attempts.length} attempts, the last one: ${how}`;
    const error = { code: "failed", message } as const;
    end(state, task, { status: "dead_lettered", how, error, ...at });
  },
  "task.cancelled": (state, { reason }, at) => {
    const error = { code: "cancelled_by_orchestrator", message: reason } as const;
    const ending = { status: "cancelled", how: "cancelled", error } as const;
    end(state, taskOf(state.tasks, at.event), { ...ending, ...at });
  },
  "task.blocked": (state, { failed }, at) => {
    const error = { code: "failed", message: `it depends on ${failed}, which failed` } as const;
    const ending = { status: "blocked_by_failure", how: "cancelled", error } as const;
    end(state, taskOf(state.tasks, at.event), { ...ending, ...at });
  },
};

function taskOf(tasks: TasksSlice, event: LogEvent): TaskEntry {
  return knownTask(tasks, event.subject.slice("task:".length) as TaskId);
}

function newTask(data: LogEventData<"task.submitted">, event: LogEvent): TaskEntry {
  return {
    id: taskIdAt(event.seq),
    seq: event.seq,
    request: data.task,
    submittedBy: data.submittedBy,
    createdAtMs: event.atMs,
    status: "pending",
    claim: null,
    attempts: [],
    waitsFor: new Set(data.waitsFor),
    dependents: null,
    dueAtMs: null,
    result: null,
    error: null,
    completedAtMs: null,
  };
}

function newAttempt(
  { attempts }: TaskEntry,
  claimedBy: TaskAttempt["claimedBy"],
  event: LogEvent,
): TaskAttempt {
  const { seq: fence, atMs: claimedAtMs } = event;
  const attempt = attempts.length + 1;
  return { attempt, fence, claimedBy, claimedAtMs, endedAtMs: null, how: null };
}

/** A dependency that left memory, or failed and is kept waiting for, tells nobody. */
function standBefore(dependency: TaskEntry | undefined, id: TaskId, undo: Undo): void {
  if (dependency === undefined || !isOpen(dependency.status)) return;
  if (dependency.dependents === null) undo.assign(dependency, "dependents", new Set([id]));
  else undo.add(dependency.dependents, id);
}

type How = NonNullable<TaskAttempt["how"]>;

function endClaim(
  { byHolder }: TasksSlice,
  task: TaskEntry,
  { how, event, undo }: At & { readonly how: How },
): void {
  const attempt = task.attempts.at(-1);
  if (task.claim === null || attempt === undefined) return;
  undo.assign(attempt, "endedAtMs", event.atMs);
  undo.assign(attempt, "how", how);
  const { holder } = task.claim;
  const held = byHolder.get(holder);
  if (held !== undefined && held.size > 1) undo.drop(held, task.id);
  else undo.remove(byHolder, holder);
  undo.assign(task, "claim", null);
}

interface Ending extends At {
  readonly status: TaskEntry["status"];
  readonly how: How;
  readonly error: TaskError | null;
}

function end(state: WorkspaceState, task: TaskEntry, ending: Ending): void {
  const { tasks } = state;
  const { status, error, event, undo } = ending;
  endClaim(tasks, task, ending);
  leaveLane(tasks, task, undo);
  undo.assign(task, "status", status);
  undo.assign(task, "error", error);
  undo.assign(task, "completedAtMs", event.atMs);
  setDue(tasks, task, undo);
  undo.remove(tasks.doomed, task.id);
  for (const id of task.waitsFor) {
    const dependents = findTask(tasks, id)?.dependents;
    if (dependents !== undefined && dependents !== null) undo.drop(dependents, task.id);
  }
  releaseDependents(tasks, task, undo);
  countDown(state, task, { event, undo });
  undo.assign(tasks, "endedCount", tasks.endedCount + 1);
  undo.put(tasks.ended, tasks.endedCount, task.id);
  forget(tasks, tasks.endedCount - maxEndedTasks, undo);
}

/** Success sets dependents free; a failure dooms those that need it, as each has chosen. */
function releaseDependents(tasks: TasksSlice, ended: TaskEntry, undo: Undo): void {
  if (ended.dependents === null) return;
  for (const task of sortedTasks(tasks, ended.dependents)) {
    const policy = task.request.onDependencyFailure;
    if (ended.status === "completed" || policy === "run_anyway") {
      undo.drop(task.waitsFor, ended.id);
      if (task.waitsFor.size === 0) enterLane(tasks, task, undo);
    } else if (policy === "cancel") undo.put(tasks.doomed, task.id, ended.id);
  }
  undo.assign(ended, "dependents", null);
}

/** The last open task of a type may be what the workers of that type were kept for. */
function countDown(state: WorkspaceState, { request }: TaskEntry, { event, undo }: At): void {
  const { open } = state.tasks;
  const left = (open.get(request.taskType) ?? 0) - 1;
  if (left > 0) return undo.put(open, request.taskType, left);
  undo.remove(open, request.taskType);
  undo.assign(state, "mark", { seq: event.seq });
}

/** Takes the task whose end was the n-th out of memory. */
function forget(tasks: TasksSlice, n: number, undo: Undo): void {
  const oldest = tasks.ended.get(n);
  if (oldest === undefined) return;
  const { submittedBy, request } = knownTask(tasks, oldest);
  undo.remove(tasks.ended, n);
  undo.remove(tasks.byId, oldest);
  const key = idempotencyKeyOf(submittedBy, request);
  if (key !== "") undo.remove(tasks.byKey, key);
}
