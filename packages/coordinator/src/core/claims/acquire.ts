/**
 * Deciding a claim: granted at once, queued behind what is in the way, or refused. This is the
 * hottest rule there is; it scans nothing and asks the wait graph only when somebody has to wait.
 */
import { accepted, refused, whyNotMore } from "@podlane/protocol";
import type { AcquireClaim, ClaimView, Outcome, RegistrationId, UnitKey } from "@podlane/protocol";
import { unitsWithinScope } from "@podlane/protocol";
import type { Call, WorkspaceDecision } from "../decider.ts";
import { accept, refuse, refuseWith } from "../decider.ts";
import { fact } from "../fact.ts";
import { subjectOf } from "../fact.ts";
import { claimIdAt } from "../identity.ts";
import type { PodEntry } from "../pods/pods-slice.ts";
import { findLiving, findPod } from "../pods/tree.ts";
import { permissionsOf, scopeOf } from "../scopes.ts";
import type { WorkspaceState } from "../state.ts";
import { blockerView } from "../views/claim-view.ts";
import { claimEdge, deadlockMessage, findCycle } from "../wait-graph.ts";
import type { ClaimEntry } from "./claims-slice.ts";
import { knownClaim } from "./claims-slice.ts";
import type { Conflicts } from "./conflicts.ts";
import { conflictsOf, rankOf } from "./conflicts.ts";
import { isExpired } from "./expiry.ts";
import { renewal, viewOf } from "./renewal.ts";
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
  if (own !== null) return refresh(own, params, call);
  const inScope = checkScope(state, holder, units);
  if (!inScope.ok) return refuseWith(inScope.error);
  const { mode, priority } = params;
  const rank = rankOf({ sinceMs: call.nowMs, priority });
  const conflicts = conflictsOf(state, { holder, units, mode, rank });
  if (conflicts.blockedBy.length === 0 && conflicts.overtakes.length === 0) {
    return grant(requestOf(params, holder, units), call);
  }
  return decideContended(state, { params, holder, units, conflicts }, call);
}

interface Contended {
  readonly params: AcquireClaim;
  readonly holder: RegistrationId;
  readonly units: readonly UnitKey[];
  readonly conflicts: Conflicts;
}

function decideContended(
  state: WorkspaceState,
  { params, holder, units, conflicts }: Contended,
  call: Call,
): WorkspaceDecision {
  const isFree = conflicts.blockedBy.length === 0;
  if (!isFree && params.wait === "none") return refuseHeld(state, units, conflicts.blockedBy);
  const waits = () => conflicts.blockedBy.map((claim) => claimEdge(state, holder, claim));
  const overtaken = conflicts.overtakes.map((waiter) => ({
    from: waiter.holder,
    to: holder,
    why: `waits for ${units.join(" ")} asked for with greater priority`,
  }));
  const cycle = findCycle(state, holder, waits, overtaken);
  if (cycle !== null) {
    return refuse("deadlock", deadlockMessage(state, cycle), { cycle: cycle.map((e) => e.from) });
  }
  const request = requestOf(params, holder, units);
  if (isFree || params.wait === "none") return grant(request, call);
  const id = claimIdAt(call.nextSeq);
  const waitUntilMs = call.nowMs + params.wait.deadlineMs;
  const queued = fact("claim.queued", subjectOf.claim(id), { ...request, waitUntilMs });
  return accept<"claim.acquire">([queued], viewOf(id));
}

function requestOf(params: AcquireClaim, holder: RegistrationId, units: readonly UnitKey[]) {
  const { mode, ttlMs, priority, reason } = params;
  return { holder, units: [...units], mode, ttlMs, priority, reason };
}

function grant(request: ReturnType<typeof requestOf>, { nextSeq }: Call): WorkspaceDecision {
  const id = claimIdAt(nextSeq);
  return accept<"claim.acquire">(
    [fact("claim.acquired", subjectOf.claim(id), request)],
    viewOf(id),
  );
}

/** Renews only when half of the TTL is gone: pods claim before every write. */
function refresh(own: ClaimEntry, { ttlMs }: AcquireClaim, call: Call): WorkspaceDecision {
  const answer: (after: WorkspaceState) => { claim: ClaimView } = viewOf(own.id);
  if (own.fence === null) return accept<"claim.acquire">([], answer);
  if (own.acceptByMs !== null) {
    const taken = fact("claim.accepted", subjectOf.claim(own.id), {});
    return accept<"claim.acquire">([taken], answer);
  }
  const leftMs = (own.expiresAtMs ?? call.nowMs) - call.nowMs;
  const isFresh = leftMs * 2 > Math.min(ttlMs, own.ttlMs);
  return accept<"claim.acquire">(isFresh ? [] : [renewal(own.holder, [own], call.nowMs)], answer);
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
  const first = units[0];
  const ids = first === undefined ? undefined : claims.byKey.get(first);
  if (ids === undefined) return null;
  for (const id of ids) {
    const claim = knownClaim(claims, id);
    if (claim.holder !== holder || isExpired(claim, nowMs)) continue;
    if (mode === "exclusive" && claim.mode === "shared") continue;
    if (units.every((key) => claim.units.includes(key))) return claim;
  }
  return null;
}

/** Only pods have scopes; an outside agent answers for itself. */
function checkScope(
  state: WorkspaceState,
  holder: string,
  units: readonly UnitKey[],
): Outcome<null> {
  const pod = findLiving(state, holder);
  if (pod === undefined) {
    if (findPod(state, holder) === undefined) return accepted(null);
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

function refuseHeld(
  state: WorkspaceState,
  units: readonly UnitKey[],
  blockedBy: readonly ClaimEntry[],
): WorkspaceDecision {
  const views = blockedBy.map((claim) => blockerView(state, claim));
  const names = [...new Set(views.map((view) => view.holderName))].join(", ");
  return refuse(
    "conflict",
    `${units.join(" ")} is held or queued for by ${names}: wait for it, or try later`,
    { blockedBy: views },
  );
}
