/**
 * Who comes after a claim: the waiters it stands before, or would.
 */
import type { WorkspaceState } from "../state.ts";
import type { ClaimEntry } from "./claims-slice.ts";
import { knownClaim } from "./claims-slice.ts";
import type { Meeting, Wanted } from "./meetings.ts";
import { isAllied, rivalsIn, visitMeetings, visitPaused, waitersAfter } from "./meetings.ts";

const nobody: readonly ClaimEntry[] = [];

/** The waiters that a request would overtake, oldest first. */
export function overtaken(state: WorkspaceState, wanted: Wanted): readonly ClaimEntry[] {
  let found: Set<ClaimEntry> | null = null;
  const visit = (at: Meeting): void => {
    const list = at.queue.waiting[at.mode];
    const after = at.comesFirst
      ? { list, from: 0, to: list.length }
      : waitersAfter(state.claims, wanted, at);
    if (after.from === after.to) return;
    const asking = { holder: wanted.holder, isPath: at.isPath, limit: Infinity };
    for (const claim of rivalsIn(state, after, asking)) (found ??= new Set()).add(claim);
  };
  visitMeetings(state, wanted, (at) => void (at.comesFirst || visit(at)));
  visitPaused(state, wanted.units, visit);
  return found === null
    ? nobody
    : [...(found as Set<ClaimEntry>)].toSorted((a, b) => a.seq - b.seq);
}

/** The waiters that a live claim stands before, oldest first. */
export function waitersBehind(state: WorkspaceState, claim: ClaimEntry): readonly ClaimEntry[] {
  const rank = claim.fence === null ? claim.rank : -Infinity;
  return overtaken(state, { ...claim, rank });
}

/** Whether a live claim stands before anybody: cheaper than to list them. */
export function hasWaiters(state: WorkspaceState, claim: ClaimEntry): boolean {
  if (claim.watchers !== null && claim.watchers.size > 0) return true;
  let found = false;
  const visit = ({ queue, mode, isPath }: Meeting): void => {
    found ||= queue.waiting[mode].some((id) => {
      const waiter = knownClaim(state.claims, id);
      return !isAllied(state, waiter.holder, { holder: claim.holder, isPath });
    });
  };
  visitMeetings(state, claim, visit);
  visitPaused(state, claim.units, visit);
  return found;
}
