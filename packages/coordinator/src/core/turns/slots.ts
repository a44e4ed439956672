/**
 * Taking and giving back slots: the one place where a pod's turn and the counters change together.
 */
import type { PodEntry, CurrentTurn } from "../pods/pods-slice.ts";
import type { WorkspaceState } from "../state.ts";
import type { Undo } from "../undo.ts";
import { groupsOf } from "./turns-slice.ts";

/** Puts the pod's turn into a phase, leaving the one before it. */
export function setTurn(
  state: WorkspaceState,
  pod: PodEntry,
  { turn, undo }: { readonly turn: CurrentTurn; readonly undo: Undo },
): void {
  leavePhase(state, pod, undo);
  undo.assign(pod, "turn", turn);
  switch (turn.phase) {
    case "requested":
      return undo.add(state.turns.queued, pod.id);
    case "yielded":
      return undo.add(state.turns.yielded, pod.id);
    case "running":
      return addRunning(state, pod, { change: 1, undo });
    default:
      return turn.phase satisfies never;
  }
}

/** The pod has no turn any more: its slot is free. */
export function freeTurn(state: WorkspaceState, pod: PodEntry, undo: Undo): void {
  leavePhase(state, pod, undo);
  undo.assign(pod, "turn", null);
}

function leavePhase(state: WorkspaceState, pod: PodEntry, undo: Undo): void {
  undo.drop(state.turns.queued, pod.id);
  undo.drop(state.turns.yielded, pod.id);
  if (pod.turn?.phase === "running") addRunning(state, pod, { change: -1, undo });
}

function addRunning(
  state: WorkspaceState,
  pod: PodEntry,
  { change, undo }: { readonly change: 1 | -1; readonly undo: Undo },
): void {
  const { running } = state.turns;
  for (const group of groupsOf(pod)) {
    const count = (running.get(group) ?? 0) + change;
    if (count === 0) undo.remove(running, group);
    else undo.put(running, group, count);
  }
}
