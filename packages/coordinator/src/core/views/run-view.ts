/**
 * A run as callers see it.
 */
import { accepted, refused } from "@podlane/protocol";
import type { RunTaskView, RunView } from "@podlane/protocol";
import { findPod } from "../pods/tree.ts";
import type { Queries } from "../query.ts";
import type { RunEntry, TaskEntry } from "../runs/runs-slice.ts";
import { findRun, sortedRuns } from "../runs/runs-slice.ts";
import { taskWait } from "../runs/waits.ts";
import type { WorkspaceState } from "../state.ts";

export function runView(state: WorkspaceState, run: RunEntry): RunView {
  return {
    id: run.id,
    path: run.plan.path,
    state: run.state,
    outcome: run.outcome,
    maxConcurrentAgents: run.plan.maxConcurrentAgents,
    base: run.plan.base,
    tasks: [...run.tasks.values()].map((task) => taskView(state, run, task)),
    submittedAtMs: run.submittedAtMs,
    endedAtMs: run.endedAtMs,
  };
}

function taskView(state: WorkspaceState, run: RunEntry, task: TaskEntry): RunTaskView {
  const pod = task.pod === null ? undefined : findPod(state, task.pod);
  const waitsFor = task.plan.dependsOn.filter((name) => run.tasks.get(name)?.state !== "done");
  return {
    id: task.plan.id,
    state: task.state,
    pod: task.pod,
    attempt: task.attempt,
    outcome: pod?.lastUserTurn?.outcome ?? task.outcome,
    branch: pod?.branch ?? task.branch,
    commit: pod?.result?.commit ?? task.commit,
    merge: task.merge,
    waitsFor: task.state === "blocked" ? waitsFor : [],
    why: taskWait(state, run, task),
    startedAtMs: task.startedAtMs,
    endedAtMs: task.endedAtMs,
    // What went wrong, else what the agent said of its work.
    message: task.message ?? pod?.result?.summary ?? null,
  };
}

export const runQueries: Queries<"run.get" | "run.list"> = {
  "run.get": (state, { run: id }) => {
    const run = findRun(state.runs, id);
    if (run === undefined) return refused("not_found", `run ${id} is not known`);
    return accepted({ run: runView(state, run) });
  },
  "run.list": (state) =>
    accepted({ runs: sortedRuns(state.runs).map((run) => runView(state, run)) }),
};
