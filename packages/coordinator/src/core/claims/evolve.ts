/**
 * How claim events change the live claims, their queues and their indexes.
 */
import type { ClaimId, RegistrationId, UnitKey } from "@podlane/protocol";
import type { LogEvent } from "../event.ts";
import type { Evolvers } from "../fact.ts";
import { claimIdAt } from "../identity.ts";
import { isTurnOf } from "../pods/tree.ts";
import type { WorkspaceState } from "../state.ts";
import type { ClaimEntry, Giver } from "./claims-slice.ts";
import { claimsOf, knownClaim } from "./claims-slice.ts";
import { pausesAny } from "./pause.ts";
import { rankOf } from "./order.ts";
import { enter, leave, promote, shrink } from "./queueing.ts";

export const claimEvolvers: Evolvers<
  | "claim.acquired"
  | "claim.queued"
  | "claim.granted"
  | "claim.accepted"
  | "claim.kept"
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
  "claim.kept": (state, _data, { event, undo }) => {
    undo.assign(claimOf(state, event), "turn", null);
  },
  "claim.renewed": (state, { holder }, { event, undo }) => {
    for (const claim of claimsOf(state.claims, holder)) {
      if (claim.fence !== null) undo.assign(claim, "expiresAtMs", event.atMs + claim.ttlMs);
    }
  },
  "claim.transferred": (state, data, { event, undo }) => {
    const from = knownClaim(state.claims, data.from);
    const request = { ...data, holder: data.to, ...chainAfter(state, from, data.to) };
    enter(state, newClaim(request, event, { fence: event.seq }), undo);
    shrink(state, from, { units: data.units as UnitKey[], undo });
  },
  "claim.ended": (state, _data, { event, undo }) => {
    const claim = claimOf(state, event);
    leave(state, claim, undo);
    // Tasks and merges may have waited for the end of a pause.
    if (pausesAny(claim.units)) undo.assign(state, "mark", { seq: event.seq });
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
  readonly turn?: number | null | undefined;
  readonly returnTo?: readonly Giver[];
}

const nobody: readonly Giver[] = [];

/** The entry that a claim begins with. */
export function newClaim(
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
    turn: request.turn ?? null,
    fence,
    expiresAtMs: fence === null ? null : event.atMs + request.ttlMs,
    acceptByMs: null,
    waitUntilMs,
    behind: null,
    watchers: null,
  };
}

/**
 * A claim that comes back is what it was, and loses the givers it has come back past. Handed back
 * after the turn it was taken for, it is a gift like any other: no turn would end it.
 */
function chainAfter(
  state: WorkspaceState,
  { holder, turn, returnTo }: ClaimEntry,
  to: RegistrationId,
): Pick<ClaimEntry, "returnTo" | "turn"> {
  const back = returnTo.findIndex((giver) => giver.holder === to);
  const giver = returnTo[back];
  if (giver === undefined) return { returnTo: [...returnTo, { holder, turn }], turn: null };
  return { returnTo: returnTo.slice(0, back), turn: isTurnOf(state, giver) ? giver.turn : null };
}
