/**
 * When the worktree of an ended pod may go. Work that is nowhere else keeps its worktree: a pod
 * that failed, was killed or left uncommitted files, and a branch that has not landed.
 */
import { isTerminal } from "@podlane/protocol";
import type { WorkspaceState } from "../state.ts";
import { mergeOfPod } from "../merges/merges-slice.ts";
import type { PodEntry } from "./pods-slice.ts";

/** Whether its host should remove the pod's worktree now. */
export function wantsCollection(state: WorkspaceState, pod: PodEntry): boolean {
  if (!isTerminal(pod.state) || pod.collected || pod.worktree === null) return false;
  if (!pod.spec.cleanupOnComplete || pod.exit === null) return false;
  if (pod.exit.cause !== "finished" && pod.exit.cause !== "requested") return false;
  if (pod.exit.dirty.length > 0) return false;
  return pod.topLevel ? hasLanded(state, pod) : pod.exit.cause === "finished";
}

/** Whether all that the pod did is on its base: merged, or there was nothing to merge. */
export function hasLanded(state: WorkspaceState, pod: PodEntry): boolean {
  if (mergeOfPod(state.merges, pod.id)?.state === "merged") return true;
  return pod.lastUserTurn?.outcome === "finished" && !hasCommits(pod);
}

/** Whether the pod's branch holds anything that its start point did not. */
export function hasCommits(pod: PodEntry): boolean {
  const commit = pod.result?.commit ?? null;
  return pod.branch !== null && commit !== null && commit !== pod.baseCommit;
}
