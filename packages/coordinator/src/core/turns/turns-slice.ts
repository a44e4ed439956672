/**
 * Which pods ask for a turn and how many turns run, by the group that shares a limit.
 */
import type { PodId } from "@podlane/protocol";
import type { PodEntry } from "../pods/pods-slice.ts";

/** A run's pods share its limit; all others share the workspace's. */
export type TurnGroup = string;

export interface TurnsSlice {
  readonly queued: Set<PodId>;
  readonly yielded: Set<PodId>;
  readonly running: Map<TurnGroup, number>;
}

export function emptyTurns(): TurnsSlice {
  return { queued: new Set(), yielded: new Set(), running: new Map() };
}

export function groupOf(pod: PodEntry): TurnGroup {
  return pod.runId ?? "";
}
