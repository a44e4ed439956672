/**
 * How far a run makes pods ahead of their turns: a pod that could only queue would cost a worktree
 * and a process for nothing.
 */
import { minComingUp } from "../limits.ts";
import type { PodEntry } from "../pods/pods-slice.ts";
import { findLiving } from "../pods/tree.ts";
import type { WorkspaceState } from "../state.ts";
import { slotsOfRun } from "../turns/admission.ts";
import type { RunEntry } from "./runs-slice.ts";

/** How many pods may be made now: not many ahead of the turns, nor of the merges. */
export function placesFor(state: WorkspaceState, run: RunEntry): number {
  const ahead = Math.max(slotsOfRun(run), minComingUp);
  let comingUp = 0;
  let landing = 0;
  for (const task of run.tasks.values()) {
    const pod = task.pod === null ? undefined : findLiving(state, task.pod);
    if (pod === undefined || pod.stop !== null) continue;
    if (task.state === "done") landing += 1;
    else if (isComingUp(pod)) comingUp += 1;
  }
  return Math.min(ahead - comingUp, ahead + ahead - landing);
}

/** On its way to its first turn; one that somebody paused is not. */
function isComingUp(pod: PodEntry): boolean {
  const hasTurn = pod.turn?.phase === "running" || pod.turn?.phase === "yielded";
  return pod.lastTurn === null && !hasTurn && pod.state !== "paused";
}
