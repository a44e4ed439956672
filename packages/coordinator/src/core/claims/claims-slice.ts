/**
 * The live claims, granted and queued, and the queue of each unit. A waiter watches one claim that
 * stands before it, the last one: it is looked at again when that one goes, so a release costs what
 * it sets free and not the length of the queue. All else that stands before it follows from the
 * queues (`conflicts.ts`) and is kept nowhere.
 */
import type { ClaimId, ClaimMode, RegistrationId, UnitKey } from "@podlane/protocol";

export interface ClaimEntry {
  readonly id: ClaimId;
  /** Of its first event. */
  readonly seq: number;
  readonly holder: RegistrationId;
  units: readonly UnitKey[];
  readonly mode: ClaimMode;
  readonly ttlMs: number;
  readonly priority: number;
  /** Its place among all requests, lesser first, then by seq; never changes. */
  readonly rank: number;
  readonly reason: string;
  readonly sinceMs: number;
  /** Registrations that get it back when the holder ends; the last one first. */
  readonly returnTo: readonly Giver[];
  /** Taken for this turn of its holder; null: until it is released. */
  turn: number | null;
  /** The seq of the event that granted it; null while queued. */
  fence: number | null;
  expiresAtMs: number | null;
  /** A pushed grant that its waiter has not accepted yet lapses then. */
  acceptByMs: number | null;
  /** A waiter gives up then. */
  waitUntilMs: number | null;
  /** Of a waiter: one claim that stands before it; null once nothing does. */
  behind: ClaimId | null;
  /** Waiters that are behind this one; null until there was one. */
  watchers: Set<ClaimId> | null;
}

/** Who handed a claim on, and the turn that it was taken for. */
export interface Giver {
  readonly holder: RegistrationId;
  readonly turn: number | null;
}

/**
 * Who has and who waits for one key, in the order of their turn: grants by seq, waiters by rank and
 * seq. Apart by mode, because shared claims never look at each other.
 */
export interface UnitQueue {
  readonly held: ByMode;
  readonly waiting: ByMode;
}

export type ByMode = Readonly<Record<ClaimMode, ClaimId[]>>;

export interface ClaimsSlice {
  readonly live: Map<ClaimId, ClaimEntry>;
  readonly byHolder: Map<RegistrationId, Set<ClaimId>>;
  readonly byKey: Map<UnitKey, UnitQueue>;
  /** Directory → names beneath it that are claimed or lead to claims. */
  readonly beneath: Map<string, Set<string>>;
  /** Directories claimed right now: 0 spares every look-up of ancestors. */
  directories: number;
  /** Of `proc:` units: how many exclusive claims may hold one at once; absent: one. */
  readonly capacities: Map<UnitKey, number>;
  /** Waiters that nothing stands before, to be granted before anything else is decided. */
  readonly ready: Set<ClaimId>;
}

export function emptyClaims(): ClaimsSlice {
  return {
    live: new Map(),
    byHolder: new Map(),
    byKey: new Map(),
    beneath: new Map(),
    directories: 0,
    capacities: new Map(),
    ready: new Set(),
  };
}

export function findClaim(claims: ClaimsSlice, id: string): ClaimEntry | undefined {
  return claims.live.get(id as ClaimId);
}

/** A claim that the state itself refers to; its absence is a broken invariant. */
export function knownClaim(claims: ClaimsSlice, id: ClaimId): ClaimEntry {
  const claim = claims.live.get(id);
  if (claim === undefined) throw new Error(`claim ${id} is referred to but not in the state`);
  return claim;
}

/** The live claims of a registration, oldest first. */
export function claimsOf(claims: ClaimsSlice, holder: string): ClaimEntry[] {
  const ids = claims.byHolder.get(holder as RegistrationId);
  return ids === undefined ? [] : sortedClaims(claims, ids);
}

/** Claims by their ids, oldest first. */
export function sortedClaims(claims: ClaimsSlice, ids: Iterable<ClaimId>): ClaimEntry[] {
  const found: ClaimEntry[] = [];
  for (const id of ids) found.push(knownClaim(claims, id));
  return found.toSorted((a, b) => a.seq - b.seq);
}
