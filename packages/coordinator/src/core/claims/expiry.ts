/**
 * What time ends: grants whose TTL ran out, pushed grants nobody accepted, waiters out of patience.
 * A scan once a second of log time; nothing on the path of a command.
 */
import type { ClaimEnd, ClaimId, LogEventData, RegistrationId } from "@podlane/protocol";
import type { LogEvent, NewEvent } from "../event.ts";
import { fact, subjectOf } from "../fact.ts";
import type { WorkspaceState } from "../state.ts";
import { eventVersions } from "../versions.ts";
import type { ClaimEntry } from "./claims-slice.ts";

/** One `claim.ended` for every deadline that has come, oldest claim first. */
export function dueClaims({ claims }: WorkspaceState, nowMs: number): NewEvent[] {
  const due: { readonly claim: ClaimEntry; readonly how: ClaimEnd }[] = [];
  for (const claim of claims.live.values()) {
    const how = endingAt(claim, nowMs);
    if (how !== null) due.push({ claim, how });
  }
  return due
    .toSorted((a, b) => a.claim.seq - b.claim.seq)
    .map(({ claim, how }) => endUnasked(claim, how));
}

/** An end that the holder has not asked for, and is told of. */
export function endUnasked({ id, holder: lost }: ClaimEntry, how: ClaimEnd): NewEvent {
  return fact("claim.ended", subjectOf.claim(id), { how, lost });
}

/** Whether the TTL of a grant has run out: from that instant on it protects nothing. */
export function isExpired({ expiresAtMs }: ClaimEntry, nowMs: number): boolean {
  return expiresAtMs !== null && expiresAtMs <= nowMs;
}

/** The same, and a pushed grant that was not accepted in time. */
export function isOver(claim: ClaimEntry, nowMs: number): boolean {
  return isExpired(claim, nowMs) || (claim.acceptByMs !== null && claim.acceptByMs <= nowMs);
}

function endingAt(claim: ClaimEntry, nowMs: number): ClaimEnd | null {
  if (claim.acceptByMs !== null && claim.acceptByMs <= nowMs) return "lapsed";
  if (isExpired(claim, nowMs)) return "expired";
  if (claim.waitUntilMs !== null && claim.waitUntilMs <= nowMs) return "gave_up";
  return null;
}

/** Whom an event takes a claim from unasked, and what to tell; null for every other event. */
export function lostClaim(event: LogEvent): LostClaim | null {
  if (event.kind !== "claim.ended") return null;
  const { how, lost } = eventVersions.lift(event) as LogEventData<"claim.ended">;
  if (lost === undefined) return null;
  return { holder: lost, notice: { claim: event.subject.slice("claim:".length) as ClaimId, how } };
}

interface LostClaim {
  readonly holder: RegistrationId;
  readonly notice: { readonly claim: ClaimId; readonly how: ClaimEnd };
}
