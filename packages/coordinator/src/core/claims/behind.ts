/**
 * Who comes after a claim: the waiters it stands before, or would.
 */
import type { WorkspaceState } from "../state.ts";
import type { ClaimEntry } from "./claims-slice.ts";
import { knownClaim } from "./claims-slice.ts";
import type { Wanted } from "./meetings.ts";
import { isAllied, rivalsIn, visitMeetings, waitersAfter } from "./meetings.ts";

/** The waiters that a request would overtake: each once, in no order. */
export function overtaken(state: WorkspaceState, wanted: Wanted): Set<ClaimEntry> {
  const found = new Set<ClaimEntry>();
  visitMeetings(state, wanted, (at) => {
    const after = waitersAfter(state.claims, wanted, at);
    if (after.from === after.to) return;
    const asking = { holder: wanted.holder, isPath: at.isPath, limit: Infinity };
    for (const claim of rivalsIn(state, after, asking)) found.add(claim);
  });
  return found;
}

/** The waiters that a live claim stands before, oldest first. */
export function waitersBehind(state: WorkspaceState, claim: ClaimEntry): ClaimEntry[] {
  const rank = claim.fence === null ? claim.rank : -Infinity;
  return [...overtaken(state, { ...claim, rank })].toSorted((a, b) => a.seq - b.seq);
}

/** Whether a live claim stands before anybody: cheaper than to list them. */
export function hasWaiters(state: WorkspaceState, claim: ClaimEntry): boolean {
  if (claim.watchers !== null && claim.watchers.size > 0) return true;
  let found = false;
  visitMeetings(state, claim, ({ queue, mode, isPath }) => {
    found ||= queue.waiting[mode].some((id) => {
      const waiter = knownClaim(state.claims, id);
      return !isAllied(state, waiter.holder, { holder: claim.holder, isPath });
    });
  });
  return found;
}
