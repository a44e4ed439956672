/**
 * When a tree of pods has nothing left to do. A pod says it is quiet with marks: what its parent
 * acknowledged of its events, and what it has itself taken in from each child. Only when the marks
 * meet is no event under way that could still start a turn.
 */
import { isTerminal } from "@podlane/protocol";
import type { WorkspaceState } from "../state.ts";
import { countOpen } from "../tasks/tasks-slice.ts";
import type { PodEntry } from "./pods-slice.ts";
import { childrenOf } from "./tree.ts";

/** An ended pod is settled: its living descendants belong to somebody else by then. */
export function isSettled(state: WorkspaceState, pod: PodEntry): boolean {
  if (isTerminal(pod.state)) return true;
  const { quiet } = pod;
  if (quiet === null || pod.turn !== null) return false;
  const { pull } = pod.spec.settings;
  // A worker has something to do for as long as there is a task that it may yet be given.
  if (pull !== undefined && countOpen(state.tasks, pull.taskTypes) > 0) return false;
  for (const [child, lastSeq] of pod.untaken) {
    if ((quiet.inbox[child] ?? 0) < lastSeq) return false;
  }
  return childrenOf(state, pod).every(
    (child) =>
      isSettled(state, child) && (quiet.inbox[child.id] ?? 0) >= (child.quiet?.outboxSeq ?? 0),
  );
}
