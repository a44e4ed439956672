/**
 * Admission: which waiting turns get the free slots. The order is priority, then waiters that had a
 * slot before, then the order in which the pods were spawned; never the order of arrival.
 */
import type { PodId } from "@podlane/protocol";
import type { NewEvent } from "../event.ts";
import { fact, subjectOf } from "../fact.ts";
import { defaultConcurrentTurns } from "../limits.ts";
import type { PodEntry } from "../pods/pods-slice.ts";
import { knownPod } from "../pods/tree.ts";
import type { RunEntry } from "../runs/runs-slice.ts";
import type { WorkspaceState } from "../state.ts";
import type { TurnGroup } from "./turns-slice.ts";
import { capGroupOf, groupOf, groupsOf } from "./turns-slice.ts";

/** The turns that are admitted now. */
export function admissions(state: WorkspaceState): NewEvent[] {
  if (state.turns.queued.size === 0) return [];
  const taken = new Map(state.turns.running);
  const events: NewEvent[] = [];
  for (const pod of queuedPods(state)) {
    if (pod.turn === null || !isAdmissible(state, pod)) continue;
    if (fullGroups(state, pod, taken).length > 0) continue;
    for (const group of groupsOf(pod)) taken.set(group, (taken.get(group) ?? 0) + 1);
    const data = { generation: pod.generation, turn: pod.turn.n };
    events.push(fact("pod.turn_admitted", subjectOf.pod(pod.id), data));
  }
  return events;
}

/** What has no slot left for a turn of the pod, in words. */
export function fullGroups(
  state: WorkspaceState,
  pod: PodEntry,
  running: ReadonlyMap<TurnGroup, number> = state.turns.running,
): string[] {
  const full: string[] = [];
  const ours = running.get(groupOf(pod)) ?? 0;
  const slots = slotsOf(state, pod);
  if (ours >= slots) full.push(`${ours} of ${slots} turns run`);
  const capped = capGroupOf(pod);
  const cap = pod.spec.agentCap;
  if (capped === null || cap === undefined) return full;
  const ofAgent = running.get(capped) ?? 0;
  if (ofAgent < cap.maxConcurrent) return full;
  return [...full, `${ofAgent} of ${cap.maxConcurrent} turns of agent ${cap.agent} run`];
}

/** How many turns of the pod's group may run at once. */
export function slotsOf(state: WorkspaceState, pod: PodEntry): number {
  const run = pod.runId === null ? undefined : state.runs.byId.get(pod.runId);
  return run === undefined ? defaultConcurrentTurns : slotsOfRun(run);
}

export function slotsOfRun({ plan }: RunEntry): number {
  return plan.maxConcurrentAgents ?? defaultConcurrentTurns;
}

/** Its place among the waiting turns of its group, from 1; 0 when it does not wait. */
export function positionOf(state: WorkspaceState, id: PodId): number {
  if (!state.turns.queued.has(id)) return 0;
  const group = groupOf(knownPod(state, id));
  const peers = queuedPods(state).filter((pod) => groupOf(pod) === group);
  return 1 + peers.findIndex((pod) => pod.id === id);
}

/** A draining run only lets turns go on that had begun; a stopping pod begins none. */
function isAdmissible(state: WorkspaceState, pod: PodEntry): boolean {
  if (pod.state === "stopping" || pod.state === "starting") return false;
  const run = pod.runId === null ? undefined : state.runs.byId.get(pod.runId);
  if (run === undefined) return true;
  switch (run.state) {
    case "active":
    case "ended":
      return true;
    case "draining":
      return pod.turn?.resumed === true;
    case "paused":
    case "cancelled":
      return false;
    default:
      return run.state satisfies never;
  }
}

function queuedPods(state: WorkspaceState): PodEntry[] {
  const pods: PodEntry[] = [];
  for (const id of state.turns.queued) pods.push(knownPod(state, id));
  return pods.toSorted(compareRequests);
}

function compareRequests(a: PodEntry, b: PodEntry): number {
  const byPriority = a.spec.priority - b.spec.priority;
  if (byPriority !== 0) return byPriority;
  return Number(b.turn?.resumed) - Number(a.turn?.resumed) || a.seq - b.seq;
}
