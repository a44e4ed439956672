/**
 * The work queue: open tasks, ended ones within retention, and the indexes by which a claim finds
 * its task without a scan. A pending task is in a lane exactly when nothing stands before it.
 */
import type {
  JsonObject,
  RegistrationId,
  SubmitTask,
  TaskAttempt,
  TaskError,
  TaskId,
  TaskStatus,
} from "@podlane/protocol";
import type { SortedNumbers } from "../sorted-numbers.ts";
import { emptyNumbers } from "../sorted-numbers.ts";

export interface LiveTaskClaim {
  readonly holder: RegistrationId;
  /** The seq of its `task.claimed`. */
  readonly fence: number;
  readonly leaseMs: number;
  leaseUntilMs: number;
}

export interface TaskEntry {
  readonly id: TaskId;
  /** Of its `task.submitted`. */
  readonly seq: number;
  readonly request: SubmitTask;
  readonly submittedBy: RegistrationId;
  readonly createdAtMs: number;
  status: TaskStatus;
  claim: LiveTaskClaim | null;
  readonly attempts: TaskAttempt[];
  /** Dependencies that stand before it; one that failed stays here under the policy `keep`. */
  readonly waitsFor: Set<TaskId>;
  /** Open tasks that it stands before; null while there are none. */
  dependents: Set<TaskId> | null;
  /** The next instant at which time changes it: the end of its lease, or its deadline. */
  dueAtMs: number | null;
  result: JsonObject | null;
  error: TaskError | null;
  completedAtMs: number | null;
}

/** Pending tasks of one type with the same requirements, in the order in which they are claimed. */
export interface Lane {
  readonly requirements: SubmitTask["agentRequirements"];
  /** Ranks: see `lanes.ts`. */
  readonly waiting: SortedNumbers;
}

export interface TasksSlice {
  readonly byId: Map<TaskId, TaskEntry>;
  /** Type → requirements as text → lane; none is empty. */
  readonly lanes: Map<string, Map<string, Lane>>;
  readonly byHolder: Map<RegistrationId, Set<TaskId>>;
  /** Open tasks of each type; none is 0. */
  readonly open: Map<string, number>;
  /** Instants at which tasks are due, and which. */
  readonly dueTimes: SortedNumbers;
  readonly dueAt: Map<number, Set<TaskId>>;
  /** Open tasks that must end and have not yet, each with the dependency that failed. */
  readonly doomed: Map<TaskId, TaskId>;
  /** Submitter and idempotency key → task, as long as the task is in memory. */
  readonly byKey: Map<string, TaskId>;
  /** Ended tasks in memory by the order of their ends, numbered for ever: an array would shift. */
  readonly ended: Map<number, TaskId>;
  /** How many have ended. */
  endedCount: number;
}

export function emptyTasks(): TasksSlice {
  return {
    byId: new Map(),
    lanes: new Map(),
    byHolder: new Map(),
    open: new Map(),
    dueTimes: emptyNumbers(),
    dueAt: new Map(),
    doomed: new Map(),
    byKey: new Map(),
    ended: new Map(),
    endedCount: 0,
  };
}

export function findTask(tasks: TasksSlice, id: string): TaskEntry | undefined {
  return tasks.byId.get(id as TaskId);
}

/** A task that the state itself refers to; its absence is a broken invariant. */
export function knownTask(tasks: TasksSlice, id: TaskId): TaskEntry {
  const task = tasks.byId.get(id);
  if (task === undefined) throw new Error(`task ${id} is referred to but not in the state`);
  return task;
}

export function isOpen(status: TaskStatus): boolean {
  return status === "pending" || status === "claimed";
}

/** Tasks that a registration has claimed, oldest task first. */
export function tasksOf(tasks: TasksSlice, holder: string): TaskEntry[] {
  const ids = tasks.byHolder.get(holder as RegistrationId);
  return ids === undefined ? [] : sortedTasks(tasks, ids);
}

/** Tasks by their ids, oldest first. */
export function sortedTasks(tasks: TasksSlice, ids: Iterable<TaskId>): TaskEntry[] {
  const found: TaskEntry[] = [];
  for (const id of ids) found.push(knownTask(tasks, id));
  return found.toSorted((a, b) => a.seq - b.seq);
}

/** How many open tasks there are, of some types or of all. */
export function countOpen({ open }: TasksSlice, types: Iterable<string> = open.keys()): number {
  let count = 0;
  for (const type of types) count += open.get(type) ?? 0;
  return count;
}
