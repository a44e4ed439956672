/**
 * How run events change runs and their tasks.
 */
import type { PlanTask, RunId } from "@podlane/protocol";
import type { LogEvent } from "../event.ts";
import type { Evolvers } from "../fact.ts";
import { maxEndedRuns } from "../limits.ts";
import { findMerge } from "../merges/merges-slice.ts";
import { hasCommits } from "../pods/collection.ts";
import { findLiving, findPod } from "../pods/tree.ts";
import type { WorkspaceState } from "../state.ts";
import type { Undo } from "../undo.ts";
import type { RunEntry, TaskEntry } from "./runs-slice.ts";

interface At {
  readonly event: LogEvent;
  readonly undo: Undo;
}

export const runEvolvers: Evolvers<
  | "run.submitted"
  | "run.task_changed"
  | "run.draining"
  | "run.paused"
  | "run.resumed"
  | "run.cancelled"
  | "run.ended"
> = {
  "run.submitted": (state, { plan, hostId }, { event, undo }) => {
    const id = event.subject.slice("run:".length) as RunId;
    undo.put(state.runs.byId, id, {
      id,
      seq: event.seq,
      plan,
      hostId,
      submittedAtMs: event.atMs,
      tasks: new Map(plan.tasks.map((task) => [task.id, newTask(task)])),
      state: "active",
      outcome: null,
      endedAtMs: null,
    });
  },
  "run.task_changed": (state, data, { event, undo }) => {
    const task = runOf(state, event).tasks.get(data.task);
    if (task === undefined) throw new Error(`${event.subject} has no task ${data.task}`);
    undo.assign(task, "state", data.state);
    undo.assign(task, "message", data.message);
    undo.assign(task, "endedAtMs", event.atMs);
    recordResult(state, task, undo);
  },
  "run.draining": (state, _data, { event, undo }) => {
    undo.assign(runOf(state, event), "state", "draining");
  },
  "run.paused": (state, _data, { event, undo }) => {
    undo.assign(runOf(state, event), "state", "paused");
  },
  "run.resumed": (state, _data, { event, undo }) => {
    const run = runOf(state, event);
    undo.assign(run, "state", "active");
    undo.assign(run, "outcome", null);
    undo.assign(run, "endedAtMs", null);
    const index = state.runs.ended.indexOf(run.id);
    undo.removeAt(state.runs.ended, index);
    for (const task of run.tasks.values()) reopen(state, task, undo);
  },
  "run.cancelled": (state, _data, { event, undo }) => {
    close(state, { state: "cancelled", outcome: "cancelled" }, { event, undo });
  },
  "run.ended": (state, { outcome }, { event, undo }) => {
    close(state, { state: "ended", outcome }, { event, undo });
  },
};

function runOf(state: WorkspaceState, event: LogEvent): RunEntry {
  const run = state.runs.byId.get(event.subject.slice("run:".length) as RunId);
  if (run === undefined) throw new Error(`${event.subject} is referred to but not in the state`);
  return run;
}

function newTask(plan: PlanTask): TaskEntry {
  return {
    plan,
    state: "blocked",
    pod: null,
    attempt: 0,
    outcome: null,
    branch: null,
    commit: null,
    merge: null,
    wantsMerge: false,
    startedAtMs: null,
    endedAtMs: null,
    message: null,
  };
}

/** Keeps what dependents and merges need, so that it outlives the pod's record. */
function recordResult(state: WorkspaceState, task: TaskEntry, undo: Undo): void {
  const pod = task.pod === null ? undefined : findPod(state, task.pod);
  if (pod === undefined) return;
  undo.assign(task, "outcome", pod.lastUserTurn?.outcome ?? null);
  undo.assign(task, "branch", pod.branch);
  if (task.state !== "done") return;
  undo.assign(task, "commit", hasCommits(pod) ? (pod.result?.commit ?? null) : null);
  undo.assign(task, "wantsMerge", hasCommits(pod) && pod.spec.merge.mode !== "none");
}

/** What did not succeed is tried again: by its own pod if that lives on, else by a new one. */
function reopen(state: WorkspaceState, task: TaskEntry, undo: Undo): void {
  if (task.state === "done") {
    const merge = findMerge(state.merges, task.merge);
    const isSetAside = merge?.state === "blocked" || merge?.state === "cancelled";
    if (isSetAside) undo.assign(task, "merge", null);
    return;
  }
  if (task.state === "blocked") return;
  const pod = task.pod === null ? undefined : findLiving(state, task.pod);
  const goesOn = pod !== undefined && pod.stop === null && task.state !== "failed";
  undo.assign(task, "state", goesOn ? "running" : "blocked");
  undo.assign(task, "endedAtMs", null);
  undo.assign(task, "message", null);
  if (goesOn) return;
  undo.assign(task, "pod", null);
  undo.assign(task, "outcome", null);
}

function close(
  state: WorkspaceState,
  end: Pick<RunEntry, "state" | "outcome">,
  { event, undo }: At,
): void {
  const run = runOf(state, event);
  undo.assign(run, "state", end.state);
  undo.assign(run, "outcome", end.outcome);
  undo.assign(run, "endedAtMs", event.atMs);
  const { ended, byId } = state.runs;
  undo.insert(ended, ended.length, run.id);
  const oldest = ended[0];
  if (ended.length <= maxEndedRuns || oldest === undefined) return;
  undo.removeAt(ended, 0);
  undo.remove(byId, oldest);
}
