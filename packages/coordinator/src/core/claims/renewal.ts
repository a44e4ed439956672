/**
 * What several claim commands share: the event that renews, and the answer that shows a claim.
 */
import type { ClaimId, ClaimView, RegistrationId } from "@podlane/protocol";
import type { NewEvent } from "../event.ts";
import { fact, subjectOf } from "../fact.ts";
import type { WorkspaceState } from "../state.ts";
import { claimView } from "../views/claim-view.ts";
import type { ClaimEntry } from "./claims-slice.ts";
import { claimsOf, knownClaim } from "./claims-slice.ts";
import { endUnasked, isExpired } from "./expiry.ts";

interface Renewal {
  readonly events: NewEvent[];
  readonly kept: readonly ClaimEntry[];
}

/**
 * Extends all grants of a registration by one event, which names the first of the new deadlines.
 * What has run out is not brought back: it ends before, because that event extends whatever is
 * left.
 */
export function renewalOf(state: WorkspaceState, holder: string, nowMs: number): Renewal {
  const granted = claimsOf(state.claims, holder).filter((claim) => claim.fence !== null);
  const lost = granted.filter((claim) => isExpired(claim, nowMs));
  const kept = granted.filter((claim) => !isExpired(claim, nowMs));
  const events = lost.map((claim) => endUnasked(claim, "expired"));
  if (kept.length === 0) return { events, kept };
  const shortest = Math.min(...kept.map(({ ttlMs }) => ttlMs));
  const data = { holder: holder as RegistrationId, expiresAtMs: nowMs + shortest };
  events.push(fact("claim.renewed", subjectOf.registration(holder), data));
  return { events, kept };
}

/** An answer that shows the claim as it is after the command. */
export function viewOf(id: ClaimId): (after: WorkspaceState) => { claim: ClaimView } {
  return (after) => ({ claim: claimView(after, knownClaim(after.claims, id)) });
}
