/**
 * Deciding a claim: granted at once, queued behind what is in the way, or refused. This is the
 * hottest rule there is; it scans nothing and asks the wait graph only when somebody has to wait.
 */
import { accepted, refused, whyNotMore } from "@podlane/protocol";
import type {
  AcquireClaim,
  LogEventData,
  Outcome,
  Refusal,
  RegistrationId,
  UnitKey,
} from "@podlane/protocol";
import { unitsWithinScope } from "@podlane/protocol";
import type { Call, WorkspaceDecision } from "../decider.ts";
import { accept, acceptAsTold, refuse, refuseWith } from "../decider.ts";
import type { NewEvent } from "../event.ts";
import { fact, subjectOf } from "../fact.ts";
import { claimIdAt } from "../identity.ts";
import { maxBlockersShown } from "../limits.ts";
import type { PodEntry } from "../pods/pods-slice.ts";
import { findLiving, findPod } from "../pods/tree.ts";
import { permissionsOf, scopeOf } from "../scopes.ts";
import { checkRegistration } from "../sessions/worker.ts";
import type { WorkspaceState } from "../state.ts";
import { blockerView } from "../views/claim-view.ts";
import { findDeadlock } from "../deadlock.ts";
import type { WaitEdge, WaitScan } from "../wait-graph.ts";
import { firstBefore, lastBefore } from "./before.ts";
import { overtaken } from "./behind.ts";
import type { ClaimEntry } from "./claims-slice.ts";
import { knownClaim } from "./claims-slice.ts";
import type { Wanted } from "./meetings.ts";
import { rankOf } from "./order.ts";
import { isOver } from "./expiry.ts";
import { renewalOf, viewOf } from "./renewal.ts";
import { unitFacts, unitKeysOf } from "./unit-cache.ts";

/**
 * Refuses `out_of_scope` for a path the pod may not write, `conflict` when it will not wait, and
 * `deadlock` with the cycle. A claim that the caller already has is refreshed and answered again.
 */
export function decideAcquire(
  state: WorkspaceState,
  params: AcquireClaim,
  call: Call,
): WorkspaceDecision {
  const keys = unitKeysOf(params.units);
  if (!keys.ok) return refuseWith(keys.error);
  const units = keys.value;
  const holder = call.actor.id as RegistrationId;
  const own = ownClaimOver(state, { holder, units, mode: params.mode }, call.nowMs);
  if (own !== null) return refresh(state, own, { params, call });
  const inScope = checkScope(state, holder, units);
  if (!inScope.ok) return refuseWith(inScope.error);
  const { mode, priority } = params;
  const rank = rankOf({ sinceMs: call.nowMs, priority });
  const wanted = { holder, units, mode, rank, seq: call.nextSeq };
  const isFree = lastBefore(state, wanted) === null;
  if (!isFree && params.wait === "none") return refuseHeld(state, wanted);
  const deadlock = isFree ? deadlockOfOvertaking(state, wanted) : deadlockOfWait(state, wanted);
  if (deadlock !== null) return refuseWith(deadlock);
  const request = requestOf(params, { holder, units, turn: turnOf(state, params, holder) });
  return isFree || params.wait === "none"
    ? grant(request, call)
    : queue(request, params.wait.deadlineMs, call);
}

function deadlockOfWait(state: WorkspaceState, wanted: Wanted): Refusal | null {
  const needs = (scan: WaitScan) => scan.needsOfRequest(wanted);
  return findDeadlock(state, {
    start: wanted.holder,
    needs,
    others: waitsOfOvertaken(state, wanted),
  });
}

function deadlockOfOvertaking(state: WorkspaceState, wanted: Wanted): Refusal | null {
  const others = waitsOfOvertaken(state, wanted);
  if (others.length === 0) return null;
  return findDeadlock(state, { start: wanted.holder, needs: () => [], others });
}

/** Who would wait for the request from now on. */
function waitsOfOvertaken(state: WorkspaceState, wanted: Wanted): WaitEdge[] {
  return overtaken(state, wanted).map(({ holder: from }) => ({
    from,
    to: wanted.holder,
    blocker: wanted,
  }));
}

function queue(request: Request, deadlineMs: number, { nowMs, nextSeq }: Call): WorkspaceDecision {
  const id = claimIdAt(nextSeq);
  const data = { ...request, waitUntilMs: nowMs + deadlineMs };
  return accept<"claim.acquire">([fact("claim.queued", subjectOf.claim(id), data)], viewOf(id));
}

/** The turn that a claim is taken for: the one under way, or run without us until now. */
function turnOf(state: WorkspaceState, { until }: AcquireClaim, holder: string): number | null {
  if (until === "release") return null;
  const pod = findLiving(state, holder);
  return pod === undefined ? null : (pod.turn?.n ?? (pod.lastTurn?.turn ?? 0) + 1);
}

type Request = LogEventData<"claim.acquired">;

function requestOf(
  params: AcquireClaim,
  {
    holder,
    units,
    turn,
  }: { readonly turn: number | null } & Pick<Wanted, "units"> & {
      readonly holder: RegistrationId;
    },
): Request {
  const { mode, ttlMs, priority, reason } = params;
  const request = { holder, units: [...units], mode, ttlMs, priority, reason };
  return turn === null ? request : { ...request, turn };
}

function grant(request: Request, { nextSeq }: Call): WorkspaceDecision {
  const id = claimIdAt(nextSeq);
  return acceptAsTold(fact("claim.acquired", subjectOf.claim(id), request));
}

/** Renews only when half of the TTL is gone: pods claim before every write. */
function refresh(
  state: WorkspaceState,
  own: ClaimEntry,
  { params: { ttlMs, until }, call }: { readonly params: AcquireClaim; readonly call: Call },
): WorkspaceDecision {
  const events: NewEvent[] = [];
  if (own.turn !== null && until === "release") {
    events.push(fact("claim.kept", subjectOf.claim(own.id), {}));
  }
  if (own.acceptByMs !== null) events.push(fact("claim.accepted", subjectOf.claim(own.id), {}));
  const leftMs = (own.expiresAtMs ?? Infinity) - call.nowMs;
  if (leftMs * 2 <= Math.min(ttlMs, own.ttlMs)) {
    events.push(...renewalOf(state, own.holder, call.nowMs).events);
  }
  return accept<"claim.acquire">(events, viewOf(own.id));
}

interface OwnClaim {
  readonly holder: RegistrationId;
  readonly units: readonly UnitKey[];
  readonly mode: ClaimEntry["mode"];
}

/** The caller's one claim that has or queues for all the units; a lesser mode does not count. */
function ownClaimOver(
  { claims }: WorkspaceState,
  { holder, units, mode }: OwnClaim,
  nowMs: number,
): ClaimEntry | null {
  const ids = claims.byHolder.get(holder);
  if (ids === undefined) return null;
  for (const id of ids) {
    const claim = knownClaim(claims, id);
    if (claim.holder !== holder || isOver(claim, nowMs)) continue;
    if (mode === "exclusive" && claim.mode === "shared") continue;
    if (units.every((key) => hasUnit(claim, key))) return claim;
  }
  return null;
}

/** A directory that one has is what lies in it too: to queue for that would wait for oneself. */
function hasUnit({ units }: ClaimEntry, key: UnitKey): boolean {
  return units.includes(key) || unitFacts(key).ancestors.some((one) => units.includes(one));
}

/** Only pods have scopes; an outside agent answers for itself, as long as it is registered. */
export function checkScope(
  state: WorkspaceState,
  holder: string,
  units: readonly UnitKey[],
): Outcome<null> {
  const pod = findLiving(state, holder);
  if (pod === undefined) {
    if (findPod(state, holder) === undefined) return checkRegistration(state, holder);
    return refused("stale_generation", `pod ${holder} has ended: it can hold nothing`);
  }
  for (const key of units) {
    const { path, isDirectory } = unitFacts(key);
    if (path === null || mayClaim(state, pod, { key, path, isDirectory })) continue;
    const why = whyNotMore(scopeOf(state, pod), path);
    return refused("out_of_scope", `${pod.spec.name} may not claim ${key}: ${why}`, { unit: key });
  }
  return accepted(null);
}

function mayClaim(
  state: WorkspaceState,
  pod: PodEntry,
  { key, path, isDirectory }: { key: UnitKey; path: string; isDirectory: boolean },
): boolean {
  if (!isDirectory) return permissionsOf(state, pod)(path) === "write";
  return unitsWithinScope([key], scopeOf(state, pod)).inside.length === 1;
}

function refuseHeld(state: WorkspaceState, wanted: Wanted): WorkspaceDecision {
  const blockers = firstBefore(state, wanted, maxBlockersShown);
  const views = blockers.map((claim) => blockerView(state, claim));
  const names = [...new Set(views.map((view) => view.holderName))].join(", ");
  return refuse(
    "conflict",
    `${wanted.units.join(" ")} is held or queued for by ${names}: wait for it, or try later`,
    { blockedBy: views },
  );
}
