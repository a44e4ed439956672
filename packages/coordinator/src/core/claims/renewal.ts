/**
 * What several claim commands share: the event that renews, and the answer that shows a claim.
 */
import { defaultClaimTtlMs } from "@podlane/protocol";
import type { ClaimId, ClaimView, RegistrationId } from "@podlane/protocol";
import type { NewEvent } from "../event.ts";
import { fact, subjectOf } from "../fact.ts";
import type { WorkspaceState } from "../state.ts";
import { claimView } from "../views/claim-view.ts";
import type { ClaimEntry } from "./claims-slice.ts";
import { knownClaim } from "./claims-slice.ts";

/** The event that extends all grants of a registration; names the first of the new deadlines. */
export function renewal(holder: string, kept: readonly ClaimEntry[], nowMs: number): NewEvent {
  const shortest = kept.reduce((ttlMs, claim) => Math.min(ttlMs, claim.ttlMs), Infinity);
  const expiresAtMs = nowMs + (kept.length === 0 ? defaultClaimTtlMs : shortest);
  const data = { holder: holder as RegistrationId, expiresAtMs };
  return fact("claim.renewed", subjectOf.registration(holder), data);
}

/** An answer that shows the claim as it is after the command. */
export function viewOf(id: ClaimId): (after: WorkspaceState) => { claim: ClaimView } {
  return (after) => ({ claim: claimView(after, knownClaim(after.claims, id)) });
}
