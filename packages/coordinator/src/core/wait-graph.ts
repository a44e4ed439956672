/**
 * Who waits for whom, over claims, children and everything else a pod may yield its turn for. Kept
 * nowhere: it follows from the queues and from what yielded pods said. A request that would close a
 * cycle is refused, so the graph never holds one.
 */
import type { Waiting } from "@podlane/protocol";
import type { ClaimEntry } from "./claims/claims-slice.ts";
import { claimsOf, findClaim } from "./claims/claims-slice.ts";
import type { PodEntry } from "./pods/pods-slice.ts";
import { findLiving, findPod, isAncestor, knownPod, nameOf } from "./pods/tree.ts";
import type { WorkspaceState } from "./state.ts";

/** One wait: `from` cannot go on before `to` does. Both are registrations. */
export interface WaitEdge {
  readonly from: string;
  readonly to: string;
  /** For people, after the name of the waiter: "waits for …". */
  readonly why: string;
}

/** What one registration waits for now, in a deterministic order. */
export function waitsOf(state: WorkspaceState, who: string): WaitEdge[] {
  const edges: WaitEdge[] = [];
  for (const claim of claimsOf(state.claims, who)) {
    if (claim.blockers !== null) edges.push(...claimWaits(state, claim));
  }
  const pod = findLiving(state, who);
  if (pod?.turn?.phase === "yielded" && pod.waiting !== null) {
    edges.push(...waitsIfYielded(state, pod, pod.waiting));
  }
  return edges;
}

/** The waits of a queued claim: for holders, and for conflicting waiters ahead of it. */
export function claimWaits(state: WorkspaceState, claim: ClaimEntry): WaitEdge[] {
  const blockers = [...(claim.blockers ?? [])]
    .map((id) => findClaim(state.claims, id))
    .filter((blocker) => blocker !== undefined)
    .toSorted((a, b) => a.seq - b.seq);
  return blockers.map((blocker) => claimEdge(state, claim.holder, blocker));
}

/** "from waits for what this claim has or is ahead for". */
export function claimEdge(state: WorkspaceState, from: string, blocker: ClaimEntry): WaitEdge {
  const has = blocker.fence === null ? "queued ahead by" : "held by";
  const why = `waits for ${blocker.units.join(" ")} ${has} ${nameOf(state, blocker.holder)}`;
  return { from, to: blocker.holder, why };
}

/** The waits that a pod would have after yielding its turn; names of things that live count. */
export function waitsIfYielded(state: WorkspaceState, pod: PodEntry, waiting: Waiting): WaitEdge[] {
  const edges: WaitEdge[] = [];
  for (const on of waiting.on) {
    const target = findLiving(state, on);
    const claim = findClaim(state.claims, on);
    if (target !== undefined && target.id !== pod.id) {
      const kind = isAncestor(state, pod.id, target.id) ? "its child" : "pod";
      const why = `waits for ${kind} ${target.spec.name}`;
      edges.push({ from: pod.id, to: target.id, why });
    } else if (claim !== undefined && findPod(state, claim.holder) !== pod) {
      edges.push(claimEdge(state, pod.id, claim));
    }
  }
  return edges;
}

/**
 * The cycle that new waits would close, as edges that start and end at `start`, or null.
 * `more` are new waits of others, that the same request would add.
 */
export function findCycle(
  state: WorkspaceState,
  start: string,
  first: () => readonly WaitEdge[],
  more: readonly WaitEdge[] = [],
): WaitEdge[] | null {
  // Most of the time nobody waits for the one who asks: then its waits need not even be listed.
  if (more.length === 0 && !isWaitedFor(state, start)) return null;
  const started = first();
  const reachedBy = new Map<string, WaitEdge | null>([[start, null]]);
  const frontier: string[] = [start];
  for (let at = 0; at < frontier.length; at += 1) {
    const who = frontier[at] ?? start;
    const added = who === start ? started : more.filter((edge) => edge.from === who);
    for (const edge of [...added, ...waitsOf(state, who)]) {
      if (edge.to === start) return pathTo(reachedBy, edge);
      if (reachedBy.has(edge.to)) continue;
      reachedBy.set(edge.to, edge);
      frontier.push(edge.to);
    }
  }
  return null;
}

/** "a waits for its child b; b waits for file:x held by a". */
export function deadlockMessage(state: WorkspaceState, cycle: readonly WaitEdge[]): string {
  const steps = cycle.map((edge) => `${nameOf(state, edge.from)} ${edge.why}`);
  return `this would wait for itself: ${steps.join("; ")}`;
}

/** Whether one registration waits, through any chain, for the other. */
export function reaches(state: WorkspaceState, from: string, to: string): boolean {
  const seen = new Set([from]);
  const frontier = [from];
  for (let at = 0; at < frontier.length; at += 1) {
    for (const edge of waitsOf(state, frontier[at] ?? from)) {
      if (edge.to === to) return true;
      if (seen.has(edge.to)) continue;
      seen.add(edge.to);
      frontier.push(edge.to);
    }
  }
  return false;
}

/** Whether anybody waits for a registration at all. */
function isWaitedFor(state: WorkspaceState, who: string): boolean {
  for (const claim of claimsOf(state.claims, who)) {
    if (claim.blocks !== null && claim.blocks.size > 0) return true;
  }
  if (findPod(state, who) === undefined) return false;
  for (const id of state.turns.yielded) {
    if (knownPod(state, id).waiting?.on.some((on) => on === who || isClaimOf(state, on, who))) {
      return true;
    }
  }
  return false;
}

function isClaimOf(state: WorkspaceState, id: string, who: string): boolean {
  return findClaim(state.claims, id)?.holder === who;
}

function pathTo(reachedBy: ReadonlyMap<string, WaitEdge | null>, last: WaitEdge): WaitEdge[] {
  const path = [last];
  let edge = reachedBy.get(last.from) ?? null;
  while (edge !== null) {
    path.unshift(edge);
    edge = reachedBy.get(edge.from) ?? null;
  }
  return path;
}
