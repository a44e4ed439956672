/**
 * What drives a run on: tasks that end, tasks that may begin, branches to merge, pods to stop, and
 * the end of it all. Each step looks at one thing and only adds what is still missing, so the
 * order in which its causes arrive never matters.
 */
import type { CommitId, PodSpec } from "@podlane/protocol";
import type { NewEvent } from "../event.ts";
import { Batch, fact, subjectOf } from "../fact.ts";
import { finishDeadlineMs } from "../limits.ts";
import { enqueueEvent } from "../merges/decide.ts";
import { appendSpawn, checkSpawn } from "../pods/spawn.ts";
import { stopEvents } from "../pods/stop.ts";
import { findLiving, findPod, livingPods, treeOf } from "../pods/tree.ts";
import type { WorkspaceState } from "../state.ts";
import type { RunEntry, TaskEntry } from "./runs-slice.ts";
import { isTaskEnded, sortedRuns } from "./runs-slice.ts";
import { CapPlaces, placesFor } from "./places.ts";
import { spawnWait } from "./waits.ts";
import { isLandingSettled, outcomeOf, verdictOn } from "./verdict.ts";

/** Tasks whose pods have settled or ended, and tasks that can never begin because of them. */
export function taskEndings(state: WorkspaceState): NewEvent[] {
  return openRuns(state).flatMap((run) => [...verdicts(state, run), ...cascades(run)]);
}

function verdicts(state: WorkspaceState, run: RunEntry): NewEvent[] {
  const events: NewEvent[] = [];
  for (const task of run.tasks.values()) {
    if (task.state !== "running" || task.pod === null) continue;
    const pod = findPod(state, task.pod);
    const verdict = pod === undefined ? null : verdictOn(state, pod);
    if (verdict === null) continue;
    const data = { task: task.plan.id, ...verdict };
    events.push(fact("run.task_changed", subjectOf.run(run.id), data));
  }
  return events;
}

/** All dependents at once, however long the chain: a round a link would have no bound. */
function cascades(run: RunEntry): NewEvent[] {
  const tasks = [...run.tasks.values()];
  const lost = new Set(tasks.filter(hasFailed).map((task) => task.plan.id));
  const events: NewEvent[] = [];
  for (let before = -1; before !== lost.size;) {
    before = lost.size;
    for (const task of tasks) {
      const { id, dependsOn } = task.plan;
      const failed = dependsOn.find((name) => lost.has(name));
      if (failed === undefined || task.state !== "blocked" || lost.has(id)) continue;
      lost.add(id);
      const message = `${failed} did not finish`;
      const data = { task: id, state: "dependency_failed", message } as const;
      events.push(fact("run.task_changed", subjectOf.run(run.id), data));
    }
  }
  return events;
}

function hasFailed(task: TaskEntry): boolean {
  return isTaskEnded(task) && task.state !== "done";
}

/**
 * Pods for tasks of active runs whose dependencies are done, those of the first priority first; a
 * task whose name is taken waits. A pod that could only queue for its first turn is not made yet:
 * it would cost a worktree and a process for nothing.
 */
export function taskSpawns(state: WorkspaceState, nextSeq: number): NewEvent[] {
  const batch = new Batch(nextSeq);
  const names = new Set<string>();
  for (const run of openRuns(state)) {
    let places = placesFor(state, run);
    const caps = new CapPlaces(state, run);
    for (const task of byPriority(run)) {
      const { id } = task.plan;
      if (places <= 0) break;
      if (task.state !== "blocked" || names.has(id)) continue;
      if (caps.isFull(task.plan.spec) || spawnWait(state, run, task) !== null) continue;
      caps.take(task.plan.spec);
      names.add(id);
      places -= 1;
      appendTask(state, { run, task }, batch);
    }
  }
  return batch.events;
}

/** By priority, then in the order of the plan. */
function byPriority(run: RunEntry): TaskEntry[] {
  return [...run.tasks.values()].toSorted((a, b) => a.plan.spec.priority - b.plan.spec.priority);
}

function appendTask(
  state: WorkspaceState,
  { run, task }: { readonly run: RunEntry; readonly task: TaskEntry },
  batch: Batch,
): void {
  const checked = checkSpawn(state, null, specOf(run, task));
  if (checked.ok) {
    appendSpawn(state, checked.value, batch, run.hostId);
    return;
  }
  const data = { task: task.plan.id, state: "failed", message: checked.error.message } as const;
  batch.add(fact("run.task_changed", subjectOf.run(run.id), data));
}

/** A dependent starts from base combined with what its dependencies made. */
function specOf(run: RunEntry, task: TaskEntry): PodSpec {
  const combine: CommitId[] = [];
  for (const name of task.plan.dependsOn) {
    const commit = run.tasks.get(name)?.commit ?? null;
    if (commit !== null) combine.push(commit);
  }
  const { id, spec } = task.plan;
  const start = { ...run.plan.base, combine };
  return { ...spec, name: id, start, runId: run.id, taskId: id };
}

/** Branches of done tasks that are not yet in the merge queue. */
export function taskMerges(state: WorkspaceState, nextSeq: number): NewEvent[] {
  const batch = new Batch(nextSeq);
  for (const run of openRuns(state)) {
    for (const task of run.tasks.values()) {
      if (task.state !== "done" || !task.wantsMerge || task.merge !== null) continue;
      const pod = task.pod === null ? undefined : findPod(state, task.pod);
      if (pod !== undefined) batch.add(enqueueEvent(pod, { seq: batch.nextSeq }));
    }
  }
  return batch.events;
}

/** Pods of tasks that are through: they leave with their trees. */
export function finishedPods(state: WorkspaceState): NewEvent[] {
  const events: NewEvent[] = [];
  for (const run of openRuns(state)) {
    for (const task of run.tasks.values()) {
      if (!isTaskEnded(task) || !isLandingSettled(state, task) || task.pod === null) continue;
      const pod = findLiving(state, task.pod);
      if (pod === undefined) continue;
      const cause = task.state === "done" ? "finished" : "requested";
      const request = {
        mode: "shutdown",
        deadlineMs: finishDeadlineMs,
        cause,
        restart: false,
      } as const;
      const unasked = treeOf(state, pod).filter((one) => one.stop?.restart !== false);
      events.push(...stopEvents(unasked, request));
    }
  }
  return events;
}

/** Runs with nothing left to do, and draining runs in which nothing runs any more. */
export function runEndings(state: WorkspaceState): NewEvent[] {
  return openRuns(state).flatMap((run) => {
    const subject = subjectOf.run(run.id);
    if (isOver(state, run)) {
      return [fact("run.ended", subject, { outcome: outcomeOf(state, run) })];
    }
    return isDrained(state, run) ? [fact("run.paused", subject, {})] : [];
  });
}

function isOver(state: WorkspaceState, run: RunEntry): boolean {
  const tasks = [...run.tasks.values()];
  if (!tasks.every((task) => isTaskEnded(task) && isLandingSettled(state, task))) return false;
  return tasks.every((task) => task.pod === null || findLiving(state, task.pod) === undefined);
}

function isDrained(state: WorkspaceState, run: RunEntry): boolean {
  if (run.state !== "draining" || state.turns.running.has(run.id)) return false;
  return !livingPods(state).some(
    (pod) => pod.runId === run.id && pod.turn?.phase === "requested" && pod.turn.resumed,
  );
}

/** Runs that consequences are still drawn for; a paused one only sees what was under way end. */
function openRuns(state: WorkspaceState): RunEntry[] {
  return sortedRuns(state.runs).filter((run) => run.state !== "ended" && run.state !== "cancelled");
}
