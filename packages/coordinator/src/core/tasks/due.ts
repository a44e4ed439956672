/**
 * What time does to tasks: leases that lapse and deadlines that pass. An index by instant, because
 * a backlog of 100,000 deadlines must not be scanned every second.
 */
import type { TaskId } from "@podlane/protocol";
import type { NewEvent } from "../event.ts";
import { Batch, fact, subjectOf } from "../fact.ts";
import { maxDueTasks } from "../limits.ts";
import { insertNumber, removeNumber, visitNumbers } from "../sorted-numbers.ts";
import type { WorkspaceState } from "../state.ts";
import type { Undo } from "../undo.ts";
import { TaskEndings } from "./endings.ts";
import type { TaskEntry, TasksSlice } from "./tasks-slice.ts";
import { sortedTasks } from "./tasks-slice.ts";

/** Files the task under its next instant, and takes it from where it was. */
export function setDue(tasks: TasksSlice, task: TaskEntry, undo: Undo): void {
  const dueAtMs = nextInstant(task);
  if (dueAtMs === task.dueAtMs) return;
  if (task.dueAtMs !== null) unfile(tasks, task.id, { atMs: task.dueAtMs, undo });
  if (dueAtMs !== null) file(tasks, task.id, { atMs: dueAtMs, undo });
  undo.assign(task, "dueAtMs", dueAtMs);
}

/**
 * What is due by now: tasks past their deadline fail, lapsed claims return their task, and what
 * depends on a failed task ends. At most `maxDueTasks` of each a tick; the rest is due at the next.
 */
export function dueTasks(state: WorkspaceState, nowMs: number): readonly NewEvent[] {
  const { tasks } = state;
  const endings = new TaskEndings(state, new Batch(0));
  for (const task of dueBy(tasks, nowMs)) {
    if (isPastDeadline(task, nowMs)) endings.fail(task, timeout(task));
    else endings.giveBack(task, "lease_expired");
  }
  if (tasks.doomed.size > 0) endings.blockDoomed();
  return endings.events;
}

export function isLapsed({ claim }: TaskEntry, nowMs: number): boolean {
  return claim !== null && claim.leaseUntilMs <= nowMs;
}

export function isPastDeadline({ request }: TaskEntry, nowMs: number): boolean {
  return request.deadlineMs !== null && request.deadlineMs <= nowMs;
}

function timeout({ id }: TaskEntry): NewEvent {
  const error = { code: "timeout", message: "it was not done by its deadline" } as const;
  return fact("task.failed", subjectOf.task(id), { error });
}

function dueBy(tasks: TasksSlice, nowMs: number): TaskEntry[] {
  const found: TaskEntry[] = [];
  visitNumbers(tasks.dueTimes, (atMs) => {
    if (atMs > nowMs || found.length >= maxDueTasks) return false;
    found.push(...sortedTasks(tasks, tasks.dueAt.get(atMs) ?? []));
    return true;
  });
  return found.slice(0, maxDueTasks);
}

function nextInstant({ status, claim, request }: TaskEntry): number | null {
  if (status !== "pending" && status !== "claimed") return null;
  const leaseUntilMs = claim?.leaseUntilMs ?? null;
  if (leaseUntilMs === null) return request.deadlineMs;
  return Math.min(leaseUntilMs, request.deadlineMs ?? Infinity);
}

interface Instant {
  readonly atMs: number;
  readonly undo: Undo;
}

function file(tasks: TasksSlice, id: TaskId, { atMs, undo }: Instant): void {
  const there = tasks.dueAt.get(atMs);
  if (there !== undefined) return undo.add(there, id);
  undo.put(tasks.dueAt, atMs, new Set([id]));
  insertNumber(tasks.dueTimes, atMs, undo);
}

function unfile(tasks: TasksSlice, id: TaskId, { atMs, undo }: Instant): void {
  const there = tasks.dueAt.get(atMs);
  if (there === undefined) return;
  if (there.size > 1) return undo.drop(there, id);
  undo.remove(tasks.dueAt, atMs);
  removeNumber(tasks.dueTimes, atMs, undo);
}
