/**
 * What stands before a request: grants always, waiters if they come first in order. Where a unit
 * has room for several, nothing does until the room is taken.
 */
import type { WorkspaceState } from "../state.ts";
import type { ClaimEntry } from "./claims-slice.ts";
import { knownClaim } from "./claims-slice.ts";
import type { Meeting, Stretch, Wanted } from "./meetings.ts";
import {
  holdersAt,
  isAllied,
  rivalHoldersIn,
  rivalsIn,
  visitMeetings,
  waitersBefore,
} from "./meetings.ts";
import { isBefore } from "./order.ts";

/** The last claim that stands before a request, waiters after grants; null if nothing does. */
export function lastBefore(state: WorkspaceState, wanted: Wanted): ClaimEntry | null {
  let last: ClaimEntry | null = null;
  visitMeetings(state, wanted, (at) => {
    if (hasRoom(state, wanted, at)) return;
    const found =
      lastRival(state, wanted, { ...waitersBefore(state.claims, wanted, at), at }) ??
      lastRival(state, wanted, { ...holdersAt(at), at });
    if (found !== null && (last === null || isAfter(found, last))) last = found;
  });
  return last;
}

/** The first claims that stand before a request, each once: grants, then waiters in order. */
export function firstBefore(state: WorkspaceState, wanted: Wanted, limit: number): ClaimEntry[] {
  const found = new Set<ClaimEntry>();
  visitMeetings(state, wanted, (at) => {
    if (hasRoom(state, wanted, at)) return;
    const asking = { holder: wanted.holder, isPath: at.isPath, limit };
    for (const claim of rivalsIn(state, holdersAt(at), asking)) found.add(claim);
    for (const claim of rivalsIn(state, waitersBefore(state.claims, wanted, at), asking)) {
      found.add(claim);
    }
  });
  return [...found].toSorted((a, b) => (isAfter(a, b) ? 1 : -1)).slice(0, limit);
}

/** A waiter's place in the longest of its queues, from 1. */
export function placeOf(state: WorkspaceState, waiter: Wanted): number {
  let longest = 0;
  for (const unit of waiter.units) {
    let ahead = 0;
    visitMeetings(state, { units: [unit], mode: waiter.mode }, (at) => {
      ahead += waitersBefore(state.claims, waiter, at).to;
    });
    longest = Math.max(longest, ahead);
  }
  return longest + 1;
}

/**
 * Whether a unit has room for the request beside all exclusive ones that stand before it. Each of
 * their holders takes one place: a second claim of one that has a place takes nothing from anybody.
 */
export function hasRoom(state: WorkspaceState, wanted: Wanted, at: Meeting): boolean {
  if (at.room === 0) return false;
  const asking = { holder: wanted.holder, isPath: at.isPath, limit: at.room + 1 };
  const before = [holdersAt(at), waitersBefore(state.claims, wanted, at)];
  return rivalHoldersIn(state, before, asking).size <= at.room;
}

function isAfter(a: ClaimEntry, b: ClaimEntry): boolean {
  if ((a.fence === null) !== (b.fence === null)) return a.fence === null;
  return isBefore(b, a);
}

function lastRival(
  state: WorkspaceState,
  { holder }: Wanted,
  { list, to, at: { isPath } }: Stretch & { readonly at: Meeting },
): ClaimEntry | null {
  for (let index = to - 1; index >= 0; index -= 1) {
    const id = list[index];
    if (id === undefined) continue;
    const claim = knownClaim(state.claims, id);
    if (!isAllied(state, claim.holder, { holder, isPath })) return claim;
  }
  return null;
}
