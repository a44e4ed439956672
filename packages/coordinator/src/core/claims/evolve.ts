/**
 * How claim events change the live claims, their queues and their indexes.
 */
import type { ClaimId, RegistrationId, UnitKey } from "@podlane/protocol";
import type { LogEvent } from "../event.ts";
import type { Evolvers } from "../fact.ts";
import { claimIdAt } from "../identity.ts";
import type { WorkspaceState } from "../state.ts";
import type { ClaimEntry } from "./claims-slice.ts";
import { claimsOf, knownClaim } from "./claims-slice.ts";
import { rankOf } from "./order.ts";
import { enter, leave, promote, shrink } from "./queueing.ts";

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
    promote(state, claim, { fence: event.seq, undo });
    undo.assign(claim, "waitUntilMs", null);
    undo.assign(claim, "acceptByMs", acceptByMs);
    undo.assign(claim, "expiresAtMs", event.atMs + claim.ttlMs);
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
    const returnTo = chainAfter(from, data.to);
    const request = { ...data, holder: data.to, returnTo };
    enter(state, newClaim(request, event, { fence: event.seq }), undo);
    shrink(state, from, { units: data.units as UnitKey[], undo });
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
    rank: rankOf({ sinceMs: event.atMs, priority: request.priority }),
    reason: request.reason,
    sinceMs: event.atMs,
    returnTo: request.returnTo ?? nobody,
    fence,
    expiresAtMs: fence === null ? null : event.atMs + request.ttlMs,
    acceptByMs: null,
    waitUntilMs,
    behind: null,
    watchers: null,
  };
}

/** A claim that comes back loses the registrations it has come back past. */
function chainAfter(from: ClaimEntry, to: RegistrationId): readonly RegistrationId[] {
  const back = from.returnTo.indexOf(to);
  return back >= 0 ? from.returnTo.slice(0, back) : [...from.returnTo, from.holder];
}
