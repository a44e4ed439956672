/**
 * Where a request meets others: the queues of its units and of all that overlap them, and the rule
 * by which two claims there are in each other's way.
 */
import type { ClaimId, ClaimMode, UnitKey } from "@podlane/protocol";
import { isAncestor } from "../pods/tree.ts";
import type { WorkspaceState } from "../state.ts";
import { visitQueues } from "./claim-index.ts";
import type { ClaimEntry, ClaimsSlice, UnitQueue } from "./claims-slice.ts";
import { knownClaim } from "./claims-slice.ts";
import { placeIn } from "./order.ts";
import { unitFacts } from "./unit-cache.ts";

/** What is asked for, by whom, and its place in the order of all requests. */
export interface Wanted {
  readonly holder: string;
  readonly units: readonly UnitKey[];
  readonly mode: ClaimMode;
  readonly rank: number;
  /** Of its first event; for what is not on the log yet the seq that it would get. */
  readonly seq: number;
}

/** A part of a queue, in order: the claims of one mode, held or waiting. */
export interface Stretch {
  readonly list: readonly ClaimId[];
  readonly from: number;
  readonly to: number;
}

/** One queue that a request meets, for one mode of the claims in it that clash with its own. */
export interface Meeting {
  readonly queue: UnitQueue;
  readonly mode: ClaimMode;
  /** Between paths, kin are not in each other's way. */
  readonly isPath: boolean;
  /** Also waiters that come after the request stand before it: those for its pause-lock do. */
  readonly comesFirst: boolean;
  /** How many of these may hold beside the request and still leave it room; else 0. */
  readonly room: number;
}

const clashingModes: Readonly<Record<ClaimMode, readonly ClaimMode[]>> = {
  exclusive: ["exclusive", "shared"],
  shared: ["exclusive"],
};

export function visitMeetings(
  { claims }: WorkspaceState,
  { units, mode: wantedMode }: Pick<Wanted, "units" | "mode">,
  visit: (meeting: Meeting) => void,
): void {
  for (const unit of units) {
    visitQueues(claims, unit, (queue, { key, isPath }) => {
      for (const mode of clashingModes[wantedMode]) {
        const canShare = mode === "exclusive" && wantedMode === "exclusive";
        const room = canShare ? capacityOf(claims, key) - 1 : 0;
        visit({ queue, mode, isPath, comesFirst: false, room });
      }
    });
    visitBeside(claims, unitFacts(unit).pausedBy, visit);
  }
}

/** The queues of the features that a request would pause, if it has pause-locks. */
export function visitPaused(
  { claims }: WorkspaceState,
  units: readonly UnitKey[],
  visit: (meeting: Meeting) => void,
): void {
  for (const unit of units) visitBeside(claims, unitFacts(unit).pauses, visit);
}

function visitBeside(
  claims: ClaimsSlice,
  key: UnitKey | null,
  visit: (meeting: Meeting) => void,
): void {
  const queue = key === null ? undefined : claims.byKey.get(key);
  if (queue === undefined) return;
  for (const mode of ["exclusive", "shared"] as const) {
    visit({ queue, mode, isPath: false, comesFirst: true, room: 0 });
  }
}

/** How many exclusive claims may hold a unit at once. */
export function capacityOf({ capacities }: ClaimsSlice, key: UnitKey): number {
  return capacities.size === 0 ? 1 : (capacities.get(key) ?? 1);
}

/** Those that stand before the request whatever its place: the holders. */
export function holdersAt({ queue, mode }: Meeting): Stretch {
  const list = queue.held[mode];
  return { list, from: 0, to: list.length };
}

/** Waiters that come before the request in order. */
export function waitersBefore(claims: ClaimsSlice, wanted: Wanted, at: Meeting): Stretch {
  const list = at.queue.waiting[at.mode];
  const isAll = at.comesFirst || list.length === 0;
  return { list, from: 0, to: isAll ? list.length : placeIn(claims, list, wanted) };
}

/** Waiters that come after the request in order, from itself on if it is one. */
export function waitersAfter(claims: ClaimsSlice, wanted: Wanted, at: Meeting): Stretch {
  const list = at.queue.waiting[at.mode];
  const from = list.length === 0 ? 0 : placeIn(claims, list, wanted);
  return { list, from, to: list.length };
}

/** The first claims of a stretch, at most `limit`, that are not allied to the one that asks. */
export function rivalsIn(
  state: WorkspaceState,
  { list, from, to }: Stretch,
  asking: { readonly holder: string; readonly isPath: boolean; readonly limit: number },
): ClaimEntry[] {
  const found: ClaimEntry[] = [];
  for (let index = from; index < to && found.length < asking.limit; index += 1) {
    const id = list[index];
    if (id === undefined) continue;
    const claim = knownClaim(state.claims, id);
    if (!isAllied(state, claim.holder, asking)) found.push(claim);
  }
  return found;
}

/** The first holders of claims of these stretches, at most `limit`, but for allies of who asks. */
export function rivalHoldersIn(
  state: WorkspaceState,
  stretches: readonly Stretch[],
  asking: { readonly holder: string; readonly isPath: boolean; readonly limit: number },
): ReadonlySet<string> {
  const holders = new Set<string>();
  for (const { list, from, to } of stretches) {
    for (let index = from; index < to && holders.size < asking.limit; index += 1) {
      const id = list[index];
      if (id === undefined) continue;
      const { holder } = knownClaim(state.claims, id);
      if (!isAllied(state, holder, asking)) holders.add(holder);
    }
  }
  return holders;
}

/** Whether two registrations are never in each other's way: one is the other, or kin on a path. */
export function isAllied(
  state: WorkspaceState,
  a: string,
  { holder: b, isPath }: { readonly holder: string; readonly isPath: boolean },
): boolean {
  return a === b || (isPath && areKin(state, a, b));
}

/**
 * Paths never clash between a pod and its descendants: scopes already split them, and a `dir:` that
 * the parent took before it lent a part of it must not keep the child out of that part.
 */
function areKin(state: WorkspaceState, a: string, b: string): boolean {
  return isAncestor(state, a, b) || isAncestor(state, b, a);
}
