/**
 * The tie between a task and the pod of its latest attempt.
 */
import type { LogEvent } from "../event.ts";
import type { PodEntry } from "../pods/pods-slice.ts";
import type { WorkspaceState } from "../state.ts";
import type { Undo } from "../undo.ts";
import type { TaskEntry } from "./runs-slice.ts";
import { findRun } from "./runs-slice.ts";

/** The task that a top-level pod was spawned for, or undefined. */
export function taskOf(state: WorkspaceState, pod: PodEntry): TaskEntry | undefined {
  if (!pod.topLevel || pod.spec.taskId === null) return undefined;
  return findRun(state.runs, pod.runId)?.tasks.get(pod.spec.taskId);
}

/** A new pod takes over its task: one more attempt. */
export function linkTask(
  state: WorkspaceState,
  pod: PodEntry,
  { event, undo }: { readonly event: LogEvent; readonly undo: Undo },
): void {
  const task = taskOf(state, pod);
  if (task === undefined) return;
  undo.assign(task, "pod", pod.id);
  undo.assign(task, "attempt", task.attempt + 1);
  undo.assign(task, "state", "running");
  undo.assign(task, "startedAtMs", event.atMs);
  undo.assign(task, "message", null);
}
