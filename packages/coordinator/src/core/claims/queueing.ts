/**
 * Claims that enter the queues, come to hold, give units away and leave. Who waits is kept behind
 * the last claim before it, and looked at again when that one moves.
 */
import type { UnitKey } from "@podlane/protocol";
import type { WorkspaceState } from "../state.ts";
import type { Undo } from "../undo.ts";
import { lastBefore } from "./before.ts";
import { dropUnit, indexUnit, promoteUnit } from "./claim-index.ts";
import type { ClaimEntry } from "./claims-slice.ts";
import { knownClaim } from "./claims-slice.ts";
import { capacityOf } from "./meetings.ts";

/** A new claim takes its place, granted or waiting. */
export function enter(state: WorkspaceState, claim: ClaimEntry, undo: Undo): void {
  const { claims } = state;
  undo.put(claims.live, claim.id, claim);
  const held = claims.byHolder.get(claim.holder);
  if (held === undefined) undo.put(claims.byHolder, claim.holder, new Set([claim.id]));
  else undo.add(held, claim.id);
  for (const key of claim.units) indexUnit(claims, claim, { key, undo });
  // What was about to be granted may have this one before it now.
  for (const id of claims.ready) lineUp(state, knownClaim(claims, id), undo);
  if (claim.fence === null) lineUp(state, claim, undo);
}

/** A waiter holds what it waited for; those behind it still are. */
export function promote(
  { claims }: WorkspaceState,
  claim: ClaimEntry,
  { fence, undo }: { readonly fence: number; readonly undo: Undo },
): void {
  for (const key of claim.units) promoteUnit(claims, claim, { key, undo });
  undo.assign(claim, "fence", fence);
  undo.drop(claims.ready, claim.id);
}

/** Takes units out of a claim that go to another, which has entered already. */
export function shrink(
  state: WorkspaceState,
  claim: ClaimEntry,
  { units, undo }: { readonly units: readonly UnitKey[]; readonly undo: Undo },
): void {
  for (const key of units) dropUnit(state.claims, claim, { key, undo });
  const rest = claim.units.filter((key) => !units.includes(key));
  undo.assign(claim, "units", rest);
  moveUp(state, { claim, units }, undo);
}

/** The claim is over: whoever was only behind it is ready. */
export function leave(state: WorkspaceState, claim: ClaimEntry, undo: Undo): void {
  const { claims } = state;
  for (const key of claim.units) dropUnit(claims, claim, { key, undo });
  undo.remove(claims.live, claim.id);
  const held = claims.byHolder.get(claim.holder);
  if (held !== undefined && held.size > 1) undo.drop(held, claim.id);
  else undo.remove(claims.byHolder, claim.holder);
  undo.drop(claims.ready, claim.id);
  stopWatching(state, claim, undo);
  moveUp(state, { claim, units: claim.units }, undo);
}

/** After a unit's capacity changed: its waiters are looked at again. */
export function lineUpAll(state: WorkspaceState, key: UnitKey, undo: Undo): void {
  const queue = state.claims.byKey.get(key);
  for (const id of queue?.waiting.exclusive ?? []) {
    lineUp(state, knownClaim(state.claims, id), undo);
  }
}

interface Departure {
  readonly claim: ClaimEntry;
  readonly units: readonly UnitKey[];
}

function moveUp(state: WorkspaceState, { claim, units }: Departure, undo: Undo): void {
  for (const id of claim.watchers ?? []) lineUp(state, knownClaim(state.claims, id), undo);
  if (state.claims.capacities.size === 0) return;
  // With room for several any departure may be the one that makes room.
  for (const key of units) {
    if (capacityOf(state.claims, key) > 1) lineUpAll(state, key, undo);
  }
}

/** Puts a waiter behind the last claim before it, or among the ready. */
function lineUp(state: WorkspaceState, waiter: ClaimEntry, undo: Undo): void {
  const last = lastBefore(state, waiter);
  if (last !== null && last.id === waiter.behind) return;
  stopWatching(state, waiter, undo);
  undo.assign(waiter, "behind", last?.id ?? null);
  if (last === null) return undo.add(state.claims.ready, waiter.id);
  undo.drop(state.claims.ready, waiter.id);
  if (last.watchers === null) undo.assign(last, "watchers", new Set([waiter.id]));
  else undo.add(last.watchers, waiter.id);
}

function stopWatching({ claims }: WorkspaceState, waiter: ClaimEntry, undo: Undo): void {
  if (waiter.behind === null) return;
  // The one that leaves is gone from the state already.
  const watchers = claims.live.get(waiter.behind)?.watchers ?? null;
  if (watchers !== null) undo.drop(watchers, waiter.id);
}
