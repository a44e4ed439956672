/**
 * How far a run makes pods ahead of their turns: a pod that could only queue would cost a worktree
 * and a process for nothing.
 */
import type { PodSpec } from "@podlane/protocol";
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

/** How many more pods of an agent with a cap may be made: as many ahead as may take turns. */
export class CapPlaces {
  readonly #comingUp = new Map<string, number>();

  constructor(state: WorkspaceState, run: RunEntry) {
    for (const { pod: id } of run.tasks.values()) {
      const pod = id === null ? undefined : findLiving(state, id);
      if (pod !== undefined && pod.stop === null && isComingUp(pod)) this.take(pod.spec);
    }
  }

  isFull({ agentCap }: PodSpec): boolean {
    if (agentCap === undefined) return false;
    return (this.#comingUp.get(agentCap.agent) ?? 0) >= agentCap.maxConcurrent;
  }

  take({ agentCap }: PodSpec): void {
    if (agentCap === undefined) return;
    this.#comingUp.set(agentCap.agent, (this.#comingUp.get(agentCap.agent) ?? 0) + 1);
  }
}

/** On its way to its first turn; one that somebody paused is not. */
function isComingUp(pod: PodEntry): boolean {
  const hasTurn = pod.turn?.phase === "running" || pod.turn?.phase === "yielded";
  return pod.lastTurn === null && !hasTurn && pod.state !== "paused";
}
