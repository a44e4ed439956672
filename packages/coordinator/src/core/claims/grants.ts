/**
 * Grants to waiters: whoever has nothing in the way any more gets its claim at once. Two ready
 * waiters never conflict, because the one that came later would be blocked by the other.
 */
import type { NewEvent } from "../event.ts";
import { fact, subjectOf } from "../fact.ts";
import { grantAcceptMs } from "../limits.ts";
import type { WorkspaceState } from "../state.ts";
import { sortedClaims } from "./claims-slice.ts";

const nothing: readonly NewEvent[] = [];

/** One `claim.granted` for every ready waiter, first come first. */
export function readyGrants({ claims }: WorkspaceState, nowMs: number): readonly NewEvent[] {
  if (claims.ready.size === 0) return nothing;
  const acceptByMs = nowMs + grantAcceptMs;
  return sortedClaims(claims, claims.ready)
    .toSorted((a, b) => a.rank - b.rank || a.seq - b.seq)
    .map(({ id }) => fact("claim.granted", subjectOf.claim(id), { acceptByMs }));
}
