/**
 * Claims that change hands: down with a lent scope, home when the holder ends.
 */
import { unitsWithinScope } from "@podlane/protocol";
import type { ClaimEnd, PodId, RegistrationId, Scope, UnitKey } from "@podlane/protocol";
import type { NewEvent } from "../event.ts";
import type { Batch } from "../fact.ts";
import { fact, subjectOf } from "../fact.ts";
import type { PodEntry } from "../pods/pods-slice.ts";
import { findLiving, isTurnOf, treeOf } from "../pods/tree.ts";
import { loanScope } from "../scopes.ts";
import type { WorkspaceState } from "../state.ts";
import { findCycle } from "../deadlock.ts";
import type { WaitEdge } from "../wait-graph.ts";
import { waitersBehind } from "./behind.ts";
import type { ClaimEntry } from "./claims-slice.ts";
import { claimsOf } from "./claims-slice.ts";
import { clashOf } from "./clash.ts";

interface Loan {
  readonly from: PodId;
  readonly to: PodId;
  readonly scope: Scope;
}

/**
 * The lender's claims inside a loan go with it, unit by unit; what it only waits for there it could
 * never use, so that ends. A `dir:` that is only partly inside stays (see `areKin`).
 */
export function handOverClaims(
  state: WorkspaceState,
  { from, to, scope }: Loan,
  batch: Batch,
): void {
  for (const claim of claimsOf(state.claims, from)) {
    const { inside } = unitsWithinScope(claim.units, loanScope(scope));
    if (inside.length === 0) continue;
    if (claim.fence === null) appendEnd(claim, "handed_over", batch);
    else appendTransfer(claim, { to: asRegistration(to), units: inside }, batch);
  }
}

/**
 * Ends all claims of an ended registration. A claim that was handed to it goes back to the nearest
 * living giver, unless that one took it for a turn that is over, or already waits for somebody who
 * waits for the claim: then it ends, because returning it would close a cycle nobody asked for. So
 * it does where the giver would get into somebody's way who was none of the holder's.
 */
export function endClaimsOf(state: WorkspaceState, holder: string, batch: Batch): void {
  for (const claim of claimsOf(state.claims, holder)) {
    const heir = heirOf(state, claim);
    if (heir === null) appendEnd(claim, "holder_ended", batch);
    else appendTransfer(claim, { to: heir, units: claim.units }, batch);
  }
}

/**
 * Ends what was taken for a turn that is over: all that the pod took for it, and what was handed
 * down and is in no use, since neither who took it nor who has it is in a turn.
 */
export function endClaimsOfTurn(state: WorkspaceState, pod: PodEntry, turn: number): NewEvent[] {
  const isOver = (holder: string) => holder === (pod.id as string) || !isInUse(state, holder);
  const claims = treeOf(state, pod).flatMap((one) => claimsOf(state.claims, one.id));
  const ended = claims.filter(({ holder, turn: own, returnTo: [taker] }) => {
    if (taker === undefined) return holder === (pod.id as string) && own !== null && own <= turn;
    if (taker.turn === null || !isOver(holder)) return false;
    return taker.holder === (pod.id as string) || !isTurnOf(state, taker);
  });
  return ended.map((claim) => {
    const how = claim.fence === null ? "gave_up" : "released";
    return fact("claim.ended", subjectOf.claim(claim.id), { how });
  });
}

/** Whether a holder is in a turn, or has yet to come up to one. */
function isInUse(state: WorkspaceState, holder: string): boolean {
  const pod = findLiving(state, holder);
  if (pod === undefined) return false;
  return pod.turn !== null || pod.state === "starting" || pod.state === "restarting";
}

/** Hands units of a grant to another registration; all of them end the claim they came from. */
export function appendTransfer(
  claim: ClaimEntry,
  { to, units }: { readonly to: RegistrationId; readonly units: readonly UnitKey[] },
  batch: Batch,
): void {
  const { mode, ttlMs, priority, reason, returnTo } = claim;
  const back = returnTo.findIndex((giver) => giver.holder === to);
  const next = back >= 0 ? (returnTo[back - 1]?.holder ?? null) : claim.holder;
  const data = {
    from: claim.id,
    to,
    units: [...units],
    mode,
    ttlMs,
    priority,
    reason,
    returnTo: next,
  };
  batch.add(fact("claim.transferred", `claim:c${batch.nextSeq}`, data));
  if (units.length === claim.units.length) appendEnd(claim, "handed_over", batch);
}

/** The waits for a claim, once another registration has it. */
export function waitsFor(state: WorkspaceState, claim: ClaimEntry, to: string): WaitEdge[] {
  const waiters = waitersBehind(state, claim).filter((waiter) => waiter.holder !== to);
  return waiters.map(({ holder: from }) => ({ from, to, blocker: { ...claim, holder: to } }));
}

function appendEnd(claim: ClaimEntry, how: ClaimEnd, batch: Batch): void {
  batch.add(fact("claim.ended", subjectOf.claim(claim.id), { how }));
}

function heirOf(state: WorkspaceState, claim: ClaimEntry): RegistrationId | null {
  if (claim.fence === null) return null;
  const givers = claim.returnTo.toReversed();
  const giver = givers.find(({ holder }) => findLiving(state, holder) !== undefined);
  if (giver === undefined) return null;
  // Taken for a turn that is over: nobody would use it, and nobody would give it back.
  if (giver.turn !== null && !isTurnOf(state, giver)) return null;
  const heir = giver.holder;
  if (clashOf(state, claim, heir) !== null) return null;
  const others = waitsFor(state, claim, heir);
  return findCycle(state, { start: heir, needs: () => [], others }) === null ? heir : null;
}

function asRegistration(id: PodId): RegistrationId {
  return id as string as RegistrationId;
}
