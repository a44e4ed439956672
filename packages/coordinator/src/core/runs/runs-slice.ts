/**
 * Plan runs and the state of each of their tasks.
 */
import type {
  CommitId,
  HostId,
  MergeId,
  Name,
  Plan,
  PlanTask,
  PodId,
  RunId,
  RunOutcome,
  RunState,
  TaskState,
  TurnOutcome,
} from "@podlane/protocol";

export interface TaskEntry {
  readonly plan: PlanTask;
  state: TaskState;
  /** Of the latest attempt; its record may be gone once the run has ended. */
  pod: PodId | null;
  attempt: number;
  outcome: TurnOutcome | null;
  branch: string | null;
  /** What its dependents start from; null when it changed nothing. */
  commit: CommitId | null;
  merge: MergeId | null;
  /** Done with commits that its merge mode wants landed. */
  wantsMerge: boolean;
  startedAtMs: number | null;
  endedAtMs: number | null;
  message: string | null;
}

export interface RunEntry {
  readonly id: RunId;
  readonly seq: number;
  readonly plan: Plan;
  /** Where it was submitted, and so where its branches are. */
  readonly hostId: HostId | undefined;
  readonly submittedAtMs: number;
  /** In the order of the plan. */
  readonly tasks: ReadonlyMap<Name, TaskEntry>;
  state: RunState;
  outcome: RunOutcome | null;
  endedAtMs: number | null;
}

export interface RunsSlice {
  readonly byId: Map<RunId, RunEntry>;
  /** Ended and cancelled runs, oldest end first, for retention. */
  readonly ended: RunId[];
}

export function emptyRuns(): RunsSlice {
  return { byId: new Map(), ended: [] };
}

export function findRun(runs: RunsSlice, id: string | null): RunEntry | undefined {
  return id === null ? undefined : runs.byId.get(id as RunId);
}

/** Whether the run may still need its pods. */
export function isRunOpen(runs: RunsSlice, id: string | null): boolean {
  const run = findRun(runs, id);
  return run !== undefined && run.state !== "ended" && run.state !== "cancelled";
}

/** Runs in submission order. */
export function sortedRuns(runs: RunsSlice): RunEntry[] {
  return [...runs.byId.values()].toSorted((a, b) => a.seq - b.seq);
}

export function isTaskEnded(task: TaskEntry): boolean {
  return task.state !== "blocked" && task.state !== "running";
}
