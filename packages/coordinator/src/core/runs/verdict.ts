/**
 * What became of a task and of a run, judged by what the log says of pods and merges.
 */
import { isTerminal } from "@podlane/protocol";
import type { RunOutcome, TaskState } from "@podlane/protocol";
import { findMerge, isSettledMerge } from "../merges/merges-slice.ts";
import type { PodEntry } from "../pods/pods-slice.ts";
import { isSettled } from "../pods/settled.ts";
import type { WorkspaceState } from "../state.ts";
import type { RunEntry, TaskEntry } from "./runs-slice.ts";

export interface Verdict {
  readonly state: Extract<TaskState, "done" | "failed">;
  readonly message: string | null;
}

/** How the task of this pod ended, or null while it goes on. */
export function verdictOn(state: WorkspaceState, pod: PodEntry): Verdict | null {
  const turn = pod.lastUserTurn;
  if (isTerminal(pod.state)) return verdictOnEnded(pod);
  if (!isSettled(state, pod)) return null;
  if (turn === null) return pod.spec.task === null ? { state: "done", message: null } : null;
  // What became of the tasks that a worker pulled is theirs, and in the queue.
  if (pod.spec.settings.pull !== undefined) return { state: "done", message: null };
  if (turn.outcome === "finished") return { state: "done", message: null };
  if (turn.outcome === "paused") return null;
  return { state: "failed", message: turn.message ?? `its turn ended ${turn.outcome}` };
}

function verdictOnEnded(pod: PodEntry): Verdict {
  const cause = pod.exit?.cause ?? "lost";
  const isDone = cause === "finished" && pod.lastUserTurn?.outcome === "finished";
  if (isDone) return { state: "done", message: null };
  const message = pod.lastUserTurn?.message ?? null;
  return { state: "failed", message: `its pod ended: ${cause}${message ? ` (${message})` : ""}` };
}

/** Whether nothing more will happen to what the task made: landed, set aside, or nothing made. */
export function isLandingSettled(state: WorkspaceState, task: TaskEntry): boolean {
  if (task.state !== "done" || !task.wantsMerge) return true;
  const merge = findMerge(state.merges, task.merge);
  return merge !== undefined && isSettledMerge(merge);
}

/** The outcome of a run whose tasks have all ended. */
export function outcomeOf(state: WorkspaceState, run: RunEntry): RunOutcome {
  const tasks = [...run.tasks.values()];
  const isBlocked = (task: TaskEntry) => findMerge(state.merges, task.merge)?.state === "blocked";
  if (tasks.some((task) => task.state === "done" && isBlocked(task))) return "conflict";
  const done = tasks.filter((task) => task.state === "done").length;
  if (done === tasks.length) return "done";
  return done === 0 ? "failed" : "partial";
}
