/**
 * Walks over the tree of pods. Everything comes out in spawn order, because maps promise none.
 */
import { isTerminal } from "@podlane/protocol";
import type { PodId, RunId } from "@podlane/protocol";
import type { WorkspaceState } from "../state.ts";
import type { PodEntry } from "./pods-slice.ts";

/** The pod, ended ones within retention included. */
export function findPod(state: WorkspaceState, id: string): PodEntry | undefined {
  return state.pods.byId.get(id as PodId);
}

export function findLiving(state: WorkspaceState, id: string): PodEntry | undefined {
  const pod = findPod(state, id);
  return pod === undefined || isTerminal(pod.state) ? undefined : pod;
}

/** A pod that the state itself refers to; its absence is a broken invariant. */
export function knownPod(state: WorkspaceState, id: PodId): PodEntry {
  const pod = state.pods.byId.get(id);
  if (pod === undefined) throw new Error(`pod ${id} is referred to but not in the state`);
  return pod;
}

export function livingPods(state: WorkspaceState): PodEntry[] {
  return inSpawnOrder(state, state.pods.living);
}

export function childrenOf(state: WorkspaceState, pod: PodEntry): PodEntry[] {
  return pod.children.size === 0 ? [] : inSpawnOrder(state, pod.children);
}

/** The pod and its living descendants, parents before their children. */
export function treeOf(state: WorkspaceState, root: PodEntry): PodEntry[] {
  const found = [root];
  for (let at = 0; at < found.length; at += 1) {
    const pod = found[at];
    if (pod !== undefined) found.push(...childrenOf(state, pod));
  }
  return found;
}

/** Whether one pod is above the other; a pod is not its own ancestor. */
export function isAncestor(state: WorkspaceState, above: string, below: string): boolean {
  let pod = findPod(state, below);
  while (pod !== undefined && pod.parent !== null) {
    if (pod.parent === above) return true;
    pod = findPod(state, pod.parent);
  }
  return false;
}

/** The living pods of a run by its id, in spawn order; none for any other id. */
export function podsOfRun(state: WorkspaceState, id: string): PodId[] {
  if (!state.runs.byId.has(id as RunId)) return [];
  return livingPods(state).flatMap((pod) => (pod.runId === id ? [pod.id] : []));
}

/** The nearest living pod above, or null when the operator is next. */
export function livingAncestor(state: WorkspaceState, pod: PodEntry): PodEntry | null {
  let id = pod.parent;
  while (id !== null) {
    const above = findPod(state, id);
    if (above === undefined) return null;
    if (!isTerminal(above.state)) return above;
    id = above.parent;
  }
  return null;
}

/** Whether a turn of a pod, by its number, is the one it is in now. */
export function isTurnOf(
  state: WorkspaceState,
  { holder, turn }: { readonly holder: string; readonly turn: number | null },
): boolean {
  return turn !== null && findLiving(state, holder)?.turn?.n === turn;
}

/** A host was asked to start some generation of it: only a host can say how it ends. */
export function wasEverStarted(pod: PodEntry): boolean {
  return pod.startAttempt > 0 || pod.generation > 1;
}

/** For people: a pod's name, or the registration itself for an agent from outside. */
export function nameOf(state: WorkspaceState, registration: string): string {
  return findPod(state, registration)?.spec.name ?? registration;
}

function inSpawnOrder(state: WorkspaceState, ids: Iterable<PodId>): PodEntry[] {
  const pods: PodEntry[] = [];
  for (const id of ids) pods.push(knownPod(state, id));
  return pods.toSorted((a, b) => a.seq - b.seq);
}
