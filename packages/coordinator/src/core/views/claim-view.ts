/**
 * A claim as callers see it.
 */
import type { ClaimView } from "@podlane/protocol";
import { accepted } from "@podlane/protocol";
import { firstBefore, placeOf } from "../claims/before.ts";
import { capacitiesOf } from "../claims/capacity.ts";
import { visitQueues } from "../claims/claim-index.ts";
import type { ClaimEntry } from "../claims/claims-slice.ts";
import { findClaim, knownClaim } from "../claims/claims-slice.ts";
import { unitKeysOf } from "../claims/unit-cache.ts";
import { maxBlockersShown } from "../limits.ts";
import { nameOf } from "../pods/tree.ts";
import type { Queries } from "../query.ts";
import type { WorkspaceState } from "../state.ts";

type BlockerView = ClaimView["blockedBy"][number];

export function claimView(state: WorkspaceState, claim: ClaimEntry): ClaimView {
  const waits = claim.fence === null;
  const blockers = waits ? firstBefore(state, claim, maxBlockersShown) : [];
  return {
    id: claim.id,
    units: [...claim.units],
    mode: claim.mode,
    state: waits ? "queued" : "granted",
    holder: claim.holder,
    holderName: nameOf(state, claim.holder),
    fence: claim.fence,
    position: waits ? placeOf(state, claim) : 0,
    blockedBy: blockers.map((blocker) => blockerView(state, blocker)),
    reason: claim.reason,
    until: claim.turn === null ? "release" : "turn_end",
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
    const capacities = capacitiesOf(state.claims);
    if (units === undefined) {
      return accepted({ claims: viewsOf(state, state.claims.live.values()), capacities });
    }
    const keys = unitKeysOf(units);
    if (!keys.ok) return keys;
    const found = new Set<ClaimEntry>();
    for (const key of keys.value) {
      visitQueues(state.claims, key, ({ held, waiting }) => {
        for (const list of [held.exclusive, held.shared, waiting.exclusive, waiting.shared]) {
          for (const id of list) found.add(knownClaim(state.claims, id));
        }
      });
    }
    return accepted({ claims: viewsOf(state, found), capacities });
  },
};

function viewsOf(state: WorkspaceState, claims: Iterable<ClaimEntry>): ClaimView[] {
  return [...claims].toSorted((a, b) => a.seq - b.seq).map((claim) => claimView(state, claim));
}
