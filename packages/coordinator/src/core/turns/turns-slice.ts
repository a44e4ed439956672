/**
 * Which pods ask for a turn and how many turns run, by the group that shares a limit.
 */
import type { PodId } from "@podlane/protocol";
import type { PodEntry } from "../pods/pods-slice.ts";

/**
 * A run's pods share its limit; all others share the workspace's. Within it, pods of an agent with
 * a cap share that.
 */
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

/** Those of its group that one agent serves; null where that agent has no cap. */
export function capGroupOf(pod: PodEntry): TurnGroup | null {
  const { agentCap } = pod.spec;
  return agentCap === undefined ? null : `${groupOf(pod)}/${agentCap.agent}`;
}

/** All groups that a turn of the pod takes a slot of. */
export function groupsOf(pod: PodEntry): readonly TurnGroup[] {
  const capped = capGroupOf(pod);
  return capped === null ? [groupOf(pod)] : [groupOf(pod), capped];
}
