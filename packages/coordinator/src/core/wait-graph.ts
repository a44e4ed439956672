/**
 * Who waits for whom, over claims, children and everything else a pod may yield its turn for. Kept
 * nowhere: it follows from the queues and from what yielded pods said. A request that would close a
 * cycle is refused (`deadlock.ts`), so the graph never holds one.
 */
import type { ClaimId, UnitKey, Waiting } from "@podlane/protocol";
import { hasRoom } from "./claims/before.ts";
import { hasWaiters } from "./claims/behind.ts";
import { claimsOf, findClaim, knownClaim } from "./claims/claims-slice.ts";
import type { Meeting, Stretch, Wanted } from "./claims/meetings.ts";
import { holdersAt, isAllied, visitMeetings, waitersBefore } from "./claims/meetings.ts";
import type { PodEntry } from "./pods/pods-slice.ts";
import { findLiving, findPod, isAncestor, knownPod, nameOf, podsOfRun } from "./pods/tree.ts";
import type { WorkspaceState } from "./state.ts";

/** One wait: `from` cannot go on before `to` does. Both are registrations. */
export interface WaitEdge {
  readonly from: string;
  readonly to: string;
  /** What `to` has or is ahead for; null for a wait for `to` itself. */
  readonly blocker: Blocker | null;
}

/** A live claim, or a request that would become one. */
export interface Blocker {
  readonly units: readonly UnitKey[];
  readonly holder: string;
  readonly fence?: number | null;
}

/** A wait for several: it is over when `count` of them have gone on, all unless there is room. */
export interface Need {
  readonly edges: readonly WaitEdge[];
  readonly count: number;
}

/** What one registration waits for now, in a deterministic order. */
export function waitsOf(state: WorkspaceState, who: string): WaitEdge[] {
  return new WaitScan(state).needsOf(who).flatMap((need) => need.edges);
}

/** For people, after the name of the waiter: "waits for …". */
export function describeEdge(state: WorkspaceState, { from, to, blocker }: WaitEdge): string {
  if (blocker === null) {
    return `waits for ${isAncestor(state, from, to) ? "its child" : "pod"} ${nameOf(state, to)}`;
  }
  const has = typeof blocker.fence === "number" ? "held by" : "queued ahead by";
  return `waits for ${blocker.units.join(" ")} ${has} ${nameOf(state, blocker.holder)}`;
}

/**
 * Reads waits for one walk over the graph. A part of a queue that it has given once it gives no
 * more, so that a walk through a queue costs its length and not the square of it.
 */
export class WaitScan {
  readonly #state: WorkspaceState;
  /** How far each list has been given, without leaving anybody out. */
  readonly #given = new Map<readonly ClaimId[], number>();
  /** Whether any need so far leaves a choice: then a way back alone proves no deadlock. */
  hasChoices = false;

  constructor(state: WorkspaceState) {
    this.#state = state;
  }

  /** The needs of all that a registration waits for. */
  needsOf(who: string): Need[] {
    const needs: Need[] = [];
    for (const claim of claimsOf(this.#state.claims, who)) {
      if (claim.fence === null) needs.push(...this.needsOfRequest(claim));
    }
    const pod = findLiving(this.#state, who);
    if (pod?.turn?.waits !== undefined)
      needs.push(...needsOfWaits(this.#state, pod, pod.turn.waits));
    this.hasChoices ||= needs.some(isChoice);
    return needs;
  }

  /** What stands before a request, on the log or not. */
  needsOfRequest(wanted: Wanted): Need[] {
    const needs: Need[] = [];
    visitMeetings(this.#state, wanted, (at) => {
      if (at.room > 0) return void needs.push(...this.#choice(wanted, at));
      const stretches = [holdersAt(at), waitersBefore(this.#state.claims, wanted, at)];
      const edges = stretches.flatMap((stretch) => this.#give(wanted, at, stretch));
      if (edges.length > 0) needs.push({ edges, count: edges.length });
    });
    return needs;
  }

  #choice(wanted: Wanted, at: Meeting): Need[] {
    if (hasRoom(this.#state, wanted, at)) return [];
    this.hasChoices = true;
    const stretches = [holdersAt(at), waitersBefore(this.#state.claims, wanted, at)];
    const all = stretches.flatMap((stretch) => this.#read(wanted, at, stretch).edges);
    // One for each holder, who takes one place with all its claims.
    const edges = [...new Map(all.map((edge) => [edge.to, edge])).values()];
    return [{ edges, count: edges.length - at.room }];
  }

  #give(wanted: Wanted, at: Meeting, { list, to }: Stretch): WaitEdge[] {
    const from = this.#given.get(list) ?? 0;
    if (from >= to) return [];
    const { edges, leftOut } = this.#read(wanted, at, { list, from, to });
    // Whoever was left out, as the asker itself or its kin, is still to be given to others.
    this.#given.set(list, leftOut ?? to);
    return edges;
  }

  #read({ holder }: Wanted, { isPath }: Meeting, { list, from, to }: Stretch) {
    const edges: WaitEdge[] = [];
    let leftOut: number | null = null;
    for (let index = from; index < to; index += 1) {
      const id = list[index];
      if (id === undefined) continue;
      const blocker = knownClaim(this.#state.claims, id);
      if (isAllied(this.#state, blocker.holder, { holder, isPath })) leftOut ??= index;
      else edges.push({ from: holder, to: blocker.holder, blocker });
    }
    return { edges, leftOut };
  }
}

/** Whether it can be met though not all of those waited for go on. */
export function isChoice({ edges, count }: Need): boolean {
  return count < edges.length;
}

/**
 * The needs of a yielded turn, all of which must be met. Names of things that live count; of those
 * that a wait names to have any one of them, one that is gone has met it.
 */
export function needsOfWaits(
  state: WorkspaceState,
  pod: PodEntry,
  waits: readonly Waiting[],
): Need[] {
  return waits.flatMap(({ on, mode }) => {
    const found = on.map((id) => edgesTo(state, pod, id));
    const edges = found.flat();
    if (edges.length === 0) return [];
    if (mode !== "any") return [{ edges, count: edges.length }];
    return found.some((some) => some.length === 0) ? [] : [{ edges, count: 1 }];
  });
}

function edgesTo(state: WorkspaceState, { id: from }: PodEntry, on: string): WaitEdge[] {
  const claim = findClaim(state.claims, on);
  if (claim !== undefined) {
    return claim.holder === (from as string) ? [] : [{ from, to: claim.holder, blocker: claim }];
  }
  const pods = findLiving(state, on) === undefined ? podsOfRun(state, on) : [on];
  return pods.filter((to) => to !== from).map((to) => ({ from, to, blocker: null }));
}

/** Whether anybody waits for a registration at all; sometimes says so of one nobody waits for. */
export function isWaitedFor(state: WorkspaceState, who: string): boolean {
  for (const claim of claimsOf(state.claims, who)) if (hasWaiters(state, claim)) return true;
  const pod = findPod(state, who);
  if (pod === undefined) return false;
  for (const id of state.turns.yielded) {
    const waits = knownPod(state, id).turn?.waits;
    if (waits?.some(({ on }) => on.some((one) => isAbout(state, one, pod)))) return true;
  }
  return false;
}

function isAbout(state: WorkspaceState, on: string, pod: PodEntry): boolean {
  if (on === pod.id || on === pod.runId) return true;
  return findClaim(state.claims, on)?.holder === (pod.id as string);
}
