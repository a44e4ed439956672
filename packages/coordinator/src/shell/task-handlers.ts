/**
 * What the work queue needs beside its rules: tasks that left memory are folded from the log again,
 * and a claim that waits is decided anew whenever there is something to claim.
 */
import {
  accepted,
  type Call,
  type CoordinatorMethods,
  type Outcome,
  type ParsedParamsOf,
  type ResultOf,
  type Task,
  type TaskId,
  type TaskStatus,
} from "@podlane/protocol";
import { subjectOf } from "../core/fact.ts";
import { workerOf } from "../core/sessions/worker.ts";
import { initialState, type WorkspaceState } from "../core/state.ts";
import { nextFor } from "../core/tasks/claim.ts";
import { findTask } from "../core/tasks/tasks-slice.ts";
import { Undo } from "../core/undo.ts";
import { taskView } from "../core/views/task-view.ts";
import { workspaceRules } from "../core/workspace-rules.ts";
import { maxTaskEvents } from "../limits.ts";
import type { SubjectIndex } from "../log/subject-index.ts";
import type { AskedMethods } from "./methods.ts";
import type { Replica } from "./replica.ts";
import type { Sessions } from "./sessions.ts";
import type { StateWaits } from "./state-waits.ts";

type CoordinatorCall = Call<AskedMethods>;
type Params<M extends keyof CoordinatorMethods> = ParsedParamsOf<CoordinatorMethods, M>;
type ClaimOutcome = Outcome<ResultOf<CoordinatorMethods, "task.claim">>;

export interface TaskHandlerOptions {
  readonly replica: Replica<WorkspaceState>;
  readonly sessions: Sessions;
  readonly waits: StateWaits<WorkspaceState>;
  readonly subjects: SubjectIndex;
}

export function taskHandlers(options: TaskHandlerOptions) {
  const { replica, sessions, subjects } = options;
  return {
    "task.submit": async (params: Params<"task.submit">, call: CoordinatorCall) => {
      const ended = await endedLongAgo(params.dependsOn, options);
      return replica.submit(sessions.commandOf("task.submit", { ...params, ended }, call));
    },
    "task.get": async (params: Params<"task.get">, call: CoordinatorCall) => {
      const outcome = await replica.submit(sessions.commandOf("task.get", params, call));
      if (outcome.ok || outcome.error.code !== "not_found") return outcome;
      const task = await readTask(subjects, params.task);
      return task === null ? outcome : accepted({ task });
    },
    "task.claim": (params: Params<"task.claim">, call: CoordinatorCall) =>
      params.wait === "none"
        ? claimOnce(params, call, options)
        : claimWithin(params.wait.deadlineMs, { params, call }, options),
  };
}

/**
 * Ends of dependencies that left memory. They are read before the command is decided, which is
 * safe: an ended task stays as it is.
 */
async function endedLongAgo(
  dependsOn: readonly TaskId[],
  { replica, subjects }: TaskHandlerOptions,
): Promise<ReadonlyMap<TaskId, TaskStatus>> {
  const ended = new Map<TaskId, TaskStatus>();
  for (const id of dependsOn) {
    if (findTask(replica.state.tasks, id) !== undefined) continue;
    const task = await readTask(subjects, id);
    if (task !== null) ended.set(id, task.status);
  }
  return ended;
}

async function readTask(subjects: SubjectIndex, id: TaskId): Promise<Task | null> {
  const range = { fromSeq: Number(id.slice(1)), limit: maxTaskEvents };
  const events = await subjects.events(subjectOf.task(id), range);
  if (events.length === 0) return null;
  const state = initialState();
  for (const event of events) workspaceRules.evolve(state, event, new Undo());
  const task = findTask(state.tasks, id);
  return task === undefined ? null : taskView(task);
}

function claimOnce(
  params: Params<"task.claim">,
  call: CoordinatorCall,
  { replica, sessions }: TaskHandlerOptions,
): Promise<ClaimOutcome> {
  const command = sessions.commandOf("task.claim", params, call);
  return replica.submit(command) as Promise<ClaimOutcome>;
}

interface WaitingClaim {
  readonly params: Params<"task.claim">;
  readonly call: CoordinatorCall;
}

/** One claim at a time: a task that somebody else was quicker to take is waited for again. */
async function claimWithin(
  deadlineMs: number,
  { params, call }: WaitingClaim,
  options: TaskHandlerOptions,
): Promise<ClaimOutcome> {
  const { waits, sessions } = options;
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(deadlineMs)]);
  const worker = sessions.actorOf(call).id;
  for (;;) {
    const outcome = await claimOnce(params, call, options);
    if (!outcome.ok || outcome.value.task !== null || signal.aborted) return outcome;
    const isThere = (state: WorkspaceState) =>
      mayFind(state, worker, params) ? accepted(null) : null;
    // What became claimable between the answer and this look is seen by the first one.
    const first = () => Promise.resolve(isThere(options.replica.state));
    const waited = await waits.until(isThere, signal, first);
    // Nobody is given a task that has stopped waiting for one.
    if (signal.aborted) return outcome;
    if (!waited.ok) return waited;
  }
}

function mayFind(state: WorkspaceState, id: string, { taskTypes }: Params<"task.claim">): boolean {
  return nextFor(state, { worker: workerOf(state, id), taskTypes }) !== null;
}
