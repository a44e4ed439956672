/**
 * A claim as callers see it.
 */
import type { ClaimView } from "@podlane/protocol";
import { accepted } from "@podlane/protocol";
import { visitOverlaps } from "../claims/claim-index.ts";
import type { ClaimEntry } from "../claims/claims-slice.ts";
import { findClaim, sortedClaims } from "../claims/claims-slice.ts";
import { unitKeysOf } from "../claims/unit-cache.ts";
import { maxBlockersShown } from "../limits.ts";
import { nameOf } from "../pods/tree.ts";
import type { Queries } from "../query.ts";
import type { WorkspaceState } from "../state.ts";

type BlockerView = ClaimView["blockedBy"][number];

export function claimView(state: WorkspaceState, claim: ClaimEntry): ClaimView {
  const blockers = claim.blockers === null ? [] : sortedClaims(state.claims, claim.blockers);
  const ahead = blockers.filter((blocker) => blocker.fence === null).length;
  return {
    id: claim.id,
    units: [...claim.units],
    mode: claim.mode,
    state: claim.fence === null ? "queued" : "granted",
    holder: claim.holder,
    holderName: nameOf(state, claim.holder),
    fence: claim.fence,
    position: claim.fence === null ? ahead + 1 : 0,
    blockedBy: blockers.slice(0, maxBlockersShown).map((blocker) => blockerView(state, blocker)),
    reason: claim.reason,
    sinceMs: claim.sinceMs,
    expiresAtMs: claim.expiresAtMs,
  };
}

export function blockerView(state: WorkspaceState, { id, holder }: ClaimEntry): BlockerView {
  return { claim: id, holder, holderName: nameOf(state, holder) };
}

/** The view of a live claim, for whoever pushes grants; undefined once it has ended. */
export function findClaimView(state: WorkspaceState, id: string): ClaimView | undefined {
  const claim = findClaim(state.claims, id);
  return claim === undefined ? undefined : claimView(state, claim);
}

export const claimQueries: Queries<"claim.list"> = {
  /** All live claims, or those that overlap any of the units; oldest first. */
  "claim.list": (state, { units }) => {
    if (units === undefined)
      return accepted({ claims: viewsOf(state, state.claims.live.values()) });
    const keys = unitKeysOf(units);
    if (!keys.ok) return keys;
    const found = new Set<ClaimEntry>();
    for (const key of keys.value) visitOverlaps(state.claims, key, (claim) => found.add(claim));
    return accepted({ claims: viewsOf(state, found) });
  },
};

function viewsOf(state: WorkspaceState, claims: Iterable<ClaimEntry>): ClaimView[] {
  return [...claims].toSorted((a, b) => a.seq - b.seq).map((claim) => claimView(state, claim));
}
