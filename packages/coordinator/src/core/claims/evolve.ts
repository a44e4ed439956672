/**
 * How claim events change the live claims, their queues and their indexes.
 */
import type { ClaimId, RegistrationId, UnitKey } from "@podlane/protocol";
import type { LogEvent } from "../event.ts";
import type { Evolvers } from "../fact.ts";
import { claimIdAt } from "../identity.ts";
import type { WorkspaceState } from "../state.ts";
import type { Undo } from "../undo.ts";
import { dropUnit, indexUnit } from "./claim-index.ts";
import type { ClaimEntry } from "./claims-slice.ts";
import { claimsOf, knownClaim } from "./claims-slice.ts";
import { conflictsOf, rankOf } from "./conflicts.ts";
import type { Conflicts } from "./conflicts.ts";

export const claimEvolvers: Evolvers<
  | "claim.acquired"
  | "claim.queued"
  | "claim.granted"
  | "claim.accepted"
  | "claim.renewed"
  | "claim.transferred"
  | "claim.ended"
> = {
  "claim.acquired": (state, data, { event, undo }) => {
    enter(state, newClaim(data, event, { fence: event.seq }), undo);
  },
  "claim.queued": (state, data, { event, undo }) => {
    enter(state, newClaim(data, event, { waitUntilMs: data.waitUntilMs }), undo);
  },
  "claim.granted": (state, { acceptByMs }, { event, undo }) => {
    const claim = claimOf(state, event);
    undo.assign(claim, "fence", event.seq);
    undo.assign(claim, "blockers", null);
    undo.assign(claim, "waitUntilMs", null);
    undo.assign(claim, "acceptByMs", acceptByMs);
    undo.assign(claim, "expiresAtMs", event.atMs + claim.ttlMs);
    undo.drop(state.claims.ready, claim.id);
  },
  "claim.accepted": (state, _data, { event, undo }) => {
    undo.assign(claimOf(state, event), "acceptByMs", null);
  },
  "claim.renewed": (state, { holder }, { event, undo }) => {
    for (const claim of claimsOf(state.claims, holder)) {
      if (claim.fence !== null) undo.assign(claim, "expiresAtMs", event.atMs + claim.ttlMs);
    }
  },
  "claim.transferred": (state, data, { event, undo }) => {
    const from = knownClaim(state.claims, data.from);
    shrink(state, from, { units: data.units as UnitKey[], undo });
    const returnTo = chainAfter(from, data.to);
    const request = { ...data, holder: data.to, returnTo };
    enter(state, newClaim(request, event, { fence: event.seq }), undo);
    releaseUnhindered(state, from, undo);
  },
  "claim.ended": (state, _data, { event, undo }) => {
    const claim = claimOf(state, event);
    leave(state, claim, undo);
  },
};

function claimOf(state: WorkspaceState, event: LogEvent): ClaimEntry {
  return knownClaim(state.claims, event.subject.slice("claim:".length) as ClaimId);
}

interface Request {
  readonly holder: RegistrationId;
  readonly units: readonly string[];
  readonly mode: ClaimEntry["mode"];
  readonly ttlMs: number;
  readonly priority: number;
  readonly reason: string;
  readonly returnTo?: readonly RegistrationId[];
}

const nobody: readonly RegistrationId[] = [];

function newClaim(
  request: Request,
  event: LogEvent,
  { fence = null, waitUntilMs = null }: { fence?: number | null; waitUntilMs?: number | null },
): ClaimEntry {
  return {
    id: claimIdAt(event.seq),
    seq: event.seq,
    holder: request.holder,
    units: request.units as readonly UnitKey[],
    mode: request.mode,
    ttlMs: request.ttlMs,
    priority: request.priority,
    reason: request.reason,
    sinceMs: event.atMs,
    returnTo: request.returnTo ?? nobody,
    fence,
    expiresAtMs: fence === null ? null : event.atMs + request.ttlMs,
    acceptByMs: null,
    waitUntilMs,
    blockers: null,
    blocks: null,
  };
}

/** A claim that comes back loses the registrations it has come back past. */
function chainAfter(from: ClaimEntry, to: RegistrationId): readonly RegistrationId[] {
  const back = from.returnTo.indexOf(to);
  return back >= 0 ? from.returnTo.slice(0, back) : [...from.returnTo, from.holder];
}

function enter(state: WorkspaceState, claim: ClaimEntry, undo: Undo): void {
  const { claims } = state;
  const conflicts = conflictsOf(state, wantedBy(claim));
  undo.put(claims.live, claim.id, claim);
  const held = claims.byHolder.get(claim.holder);
  if (held === undefined) undo.put(claims.byHolder, claim.holder, new Set([claim.id]));
  else undo.add(held, claim.id);
  for (const key of claim.units) indexUnit(claims, claim.id, { key, undo });
  connect(state, claim, { conflicts, undo });
}

function wantedBy(claim: ClaimEntry) {
  // A grant stands before every waiter, whatever its rank would be.
  const rank = claim.fence === null ? rankOf(claim) : -Infinity;
  return { holder: claim.holder, units: claim.units, mode: claim.mode, rank };
}

function connect(
  state: WorkspaceState,
  claim: ClaimEntry,
  { conflicts, undo }: { readonly conflicts: Conflicts; readonly undo: Undo },
): void {
  for (const waiter of conflicts.overtakes) block(state, { blocker: claim, waiter }, undo);
  if (claim.fence !== null) return;
  undo.assign(claim, "blockers", new Set());
  for (const blocker of conflicts.blockedBy) block(state, { blocker, waiter: claim }, undo);
  if (conflicts.blockedBy.length === 0) undo.add(state.claims.ready, claim.id);
}

interface Pair {
  readonly blocker: ClaimEntry;
  readonly waiter: ClaimEntry;
}

function block(state: WorkspaceState, { blocker, waiter }: Pair, undo: Undo): void {
  if (blocker.blocks === null) undo.assign(blocker, "blocks", new Set([waiter.id]));
  else undo.add(blocker.blocks, waiter.id);
  if (waiter.blockers !== null) undo.add(waiter.blockers, blocker.id);
  undo.drop(state.claims.ready, waiter.id);
}

function unblock(state: WorkspaceState, { blocker, waiter }: Pair, undo: Undo): void {
  if (blocker.blocks !== null) undo.drop(blocker.blocks, waiter.id);
  if (waiter.blockers === null) return;
  undo.drop(waiter.blockers, blocker.id);
  if (waiter.blockers.size === 0) undo.add(state.claims.ready, waiter.id);
}

function leave(state: WorkspaceState, claim: ClaimEntry, undo: Undo): void {
  const { claims } = state;
  for (const key of claim.units) dropUnit(claims, claim.id, { key, undo });
  undo.remove(claims.live, claim.id);
  const held = claims.byHolder.get(claim.holder);
  if (held !== undefined && held.size > 1) undo.drop(held, claim.id);
  else undo.remove(claims.byHolder, claim.holder);
  undo.drop(claims.ready, claim.id);
  for (const id of claim.blocks ?? []) {
    unblock(state, { blocker: claim, waiter: knownClaim(claims, id) }, undo);
  }
  for (const id of claim.blockers ?? []) {
    const { blocks } = knownClaim(claims, id);
    if (blocks !== null) undo.drop(blocks, claim.id);
  }
}

interface Taken {
  readonly units: readonly UnitKey[];
  readonly undo: Undo;
}

/** Takes units out of a claim; its waiters are looked at once the new holder has entered. */
function shrink(state: WorkspaceState, claim: ClaimEntry, { units, undo }: Taken): void {
  for (const key of units) dropUnit(state.claims, claim.id, { key, undo });
  const rest = claim.units.filter((key) => !units.includes(key));
  undo.assign(claim, "units", rest);
}

/** After units were taken out: waiters that this claim no longer stands before. */
function releaseUnhindered(state: WorkspaceState, blocker: ClaimEntry, undo: Undo): void {
  for (const id of blocker.blocks ?? []) {
    const waiter = knownClaim(state.claims, id);
    const { blockedBy } = conflictsOf(state, wantedBy(waiter));
    if (!blockedBy.includes(blocker)) unblock(state, { blocker, waiter }, undo);
  }
}
