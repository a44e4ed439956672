/**
 * What must hold of the work queue in every state. Scans all there is: for tests and simulation.
 */
import type { TaskId } from "@podlane/protocol";
import { findLiveRegistration, findRegistration } from "../sessions/sessions-slice.ts";
import { findLiving, findPod } from "../pods/tree.ts";
import type { WorkspaceState } from "../state.ts";
import { nextTasks } from "./lanes.ts";
import type { TaskEntry, TasksSlice } from "./tasks-slice.ts";
import { findTask, isOpen } from "./tasks-slice.ts";

/** Every broken invariant of the queue in words, named as in the design. */
export function checkQueue(state: WorkspaceState): string[] {
  const { tasks } = state;
  const holders = holdersOf(tasks);
  const ready = new Set(nextTasks(tasks, { limit: Infinity }));
  const problems: string[] = [];
  for (const task of tasks.byId.values()) {
    problems.push(...oneClaim(task, holders.get(task.id) ?? []));
    problems.push(...returnedOnce(state, task));
    problems.push(...afterDependencies(state, task));
    problems.push(...filed(tasks, task, ready.has(task)));
  }
  return problems;
}

function holdersOf({ byHolder }: TasksSlice): ReadonlyMap<TaskId, readonly string[]> {
  const holders = new Map<TaskId, string[]>();
  for (const [holder, ids] of byHolder) {
    for (const id of ids) holders.set(id, [...(holders.get(id) ?? []), holder]);
  }
  return holders;
}

/** Q1: a claimed task has one live claim, its holder knows of it, and nobody else finds it. */
function oneClaim(task: TaskEntry, holders: readonly string[]): string[] {
  const problems: string[] = [];
  const live = task.attempts.filter((attempt) => attempt.endedAtMs === null);
  const isClaimed = task.status === "claimed";
  if (live.length !== (isClaimed ? 1 : 0))
    problems.push(`Q1: ${task.id} has ${live.length} claims`);
  if ((task.claim !== null) !== isClaimed) problems.push(`Q1: ${task.id} is ${task.status}`);
  if (holders.join() !== (task.claim?.holder ?? "")) {
    problems.push(`Q1: ${task.id} is held by ${holders.join()}, claimed by ${task.claim?.holder}`);
  }
  return problems;
}

/** Q2: nobody who is gone holds a task, and no task is tried more often than it may be. */
function returnedOnce(state: WorkspaceState, task: TaskEntry): string[] {
  const holder = task.claim?.holder ?? null;
  const problems: string[] = [];
  if (holder !== null && isGone(state, holder)) {
    problems.push(`Q2: ${task.id} belongs to ${holder}, which is gone`);
  }
  if (task.attempts.length > task.request.maxAttempts) {
    problems.push(`Q2: ${task.id} was tried ${task.attempts.length} times`);
  }
  return problems;
}

function isGone(state: WorkspaceState, id: string): boolean {
  if (findPod(state, id) !== undefined) return findLiving(state, id) === undefined;
  const isKnown = findRegistration(state.sessions, id) !== undefined;
  return isKnown && findLiveRegistration(state.sessions, id) === undefined;
}

/** Q3: nothing that was claimed still waits; what it needed is done, or it runs anyway. */
function afterDependencies({ tasks }: WorkspaceState, task: TaskEntry): string[] {
  if (task.attempts.length === 0) return [];
  const unfinished = task.request.dependsOn.filter((id) => {
    const status = findTask(tasks, id)?.status ?? "completed";
    if (status === "completed") return false;
    return isOpen(status) || task.request.onDependencyFailure !== "run_anyway";
  });
  const waits = [...task.waitsFor, ...unfinished];
  return waits.length === 0 ? [] : [`Q3: ${task.id} began before ${waits.join()}`];
}

/** A task is where claims look for it exactly when it may be claimed, and due when time ends it. */
function filed(tasks: TasksSlice, task: TaskEntry, isInLane: boolean): string[] {
  const problems: string[] = [];
  const isReady = task.status === "pending" && task.waitsFor.size === 0;
  if (isInLane !== isReady) problems.push(`queue: ${task.id} is misfiled`);
  const isDue = task.dueAtMs !== null && tasks.dueAt.get(task.dueAtMs)?.has(task.id) === true;
  const hasLimit = task.claim !== null || task.request.deadlineMs !== null;
  if (isDue !== (isOpen(task.status) && hasLimit)) problems.push(`queue: ${task.id} is never due`);
  return problems;
}
