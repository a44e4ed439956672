/**
 * Claiming, renewing, releasing and handing over. A claim belongs to the registration that calls:
 * a pod under its own id, an outside agent under its key's.
 */
import type { ClaimId, RegistrationId } from "@podlane/protocol";
import { accept, acceptAsTold, acceptSilently, refuse, refuseWith } from "../decider.ts";
import type { Deciders, WorkspaceDecision } from "../decider.ts";
import type { Actor } from "../event.ts";
import { Batch, fact, subjectOf } from "../fact.ts";
import { claimIdAt } from "../identity.ts";
import { findLiving, nameOf } from "../pods/tree.ts";
import type { WorkspaceState } from "../state.ts";
import { findDeadlock } from "../deadlock.ts";
import { checkScope, decideAcquire } from "./acquire.ts";
import type { ClaimEntry } from "./claims-slice.ts";
import { clashOf } from "./clash.ts";
import { findClaim } from "./claims-slice.ts";
import { endUnasked, isExpired } from "./expiry.ts";
import { appendTransfer, waitsFor } from "./hand-over.ts";
import { renewalOf, viewOf } from "./renewal.ts";

export const claimDeciders: Deciders<
  "claim.acquire" | "claim.release" | "claim.renew" | "claim.transfer"
> = {
  "claim.acquire": decideAcquire,
  /** A waiter leaves its queue the same way. Refuses `stale_token` for a grant that is over. */
  "claim.release": (state, { claim: id, fence }, { actor, nowMs }) => {
    const claim = ownClaim(state, id, actor);
    if ("ok" in claim) return claim;
    if (isExpired(claim, nowMs)) return staleToken(id, "it has expired");
    if (fence !== undefined && fence !== claim.fence) {
      return staleToken(id, `token ${fence} given, ${claim.fence ?? "none"} is current`);
    }
    const isOwn = claim.holder === actor.id;
    return acceptAsTold(
      isOwn
        ? fact("claim.ended", subjectOf.claim(id), { how: "released" })
        : endUnasked(claim, "released"),
    );
  },
  /** Extends every grant of the registration; one that has run out ends here at the latest. */
  "claim.renew": (state, _params, { actor, nowMs }) => {
    const { events, kept } = renewalOf(state, actor.id, nowMs);
    return accept<"claim.renew">(events, () => ({ renewed: kept.map(({ id }) => id) }));
  },
  /**
   * Hands a whole grant to a living pod, which gives it back at its end. To its own holder: nothing
   * to do, and nobody but another can give it back. Refuses `out_of_scope` for paths that the new
   * holder may not write, and `conflict` for what somebody holds there who was no rival before.
   */
  "claim.transfer": (state, { claim: id, to }, { actor, nowMs, nextSeq }) => {
    const claim = ownClaim(state, id, actor);
    if ("ok" in claim) return claim;
    if (claim.fence === null) return refuse("conflict", `claim ${id} is queued, not held`);
    if (isExpired(claim, nowMs)) return staleToken(id, "it has expired");
    if (findLiving(state, to) === undefined) return refuse("not_found", `pod ${to} does not live`);
    const heir = to as string as RegistrationId;
    if (claim.holder === heir) return accept<"claim.transfer">([], viewOf(id));
    const inScope = checkScope(state, heir, claim.units);
    if (!inScope.ok) return refuseWith(inScope.error);
    const clash = clashOf(state, claim, heir);
    if (clash !== null) {
      const names = `${clash.units.join(" ")} is held by ${nameOf(state, clash.holder)}`;
      return refuse("conflict", `${nameOf(state, heir)} cannot have claim ${id}: ${names}`);
    }
    const others = waitsFor(state, claim, to);
    const deadlock = findDeadlock(state, { start: to, needs: () => [], others });
    if (deadlock !== null) return refuseWith(deadlock);
    const batch = new Batch(nextSeq);
    appendTransfer(claim, { to: heir, units: claim.units }, batch);
    return accept<"claim.transfer">(batch.events, viewOf(claimIdAt(nextSeq)));
  },
};

/** Internal: the waiter has answered the push of its grant. Refuses `stale_token` when too late. */
export function decideAccept(
  state: WorkspaceState,
  { claim: id, fence }: { readonly claim: ClaimId; readonly fence: number },
  { nowMs }: { readonly nowMs: number },
): WorkspaceDecision {
  const claim = findClaim(state.claims, id);
  if (claim?.fence !== fence) return staleToken(id, `token ${fence} is not current`);
  if (claim.acceptByMs === null) return acceptSilently();
  if (claim.acceptByMs <= nowMs) return staleToken(id, "the grant has lapsed");
  return acceptSilently(fact("claim.accepted", subjectOf.claim(id), {}));
}

function ownClaim(
  state: WorkspaceState,
  id: ClaimId,
  actor: Actor,
): ClaimEntry | WorkspaceDecision {
  const claim = findClaim(state.claims, id);
  if (claim === undefined) return staleToken(id, "it is no longer held");
  if (claim.holder === actor.id || actor.role === "operator") return claim;
  const holder = nameOf(state, claim.holder);
  return refuse("unauthorized", `claim ${id} belongs to ${holder}, not to ${actor.id}`);
}

function staleToken(id: ClaimId, found: string): WorkspaceDecision {
  return refuse("stale_token", `claim ${id}: ${found}`);
}
