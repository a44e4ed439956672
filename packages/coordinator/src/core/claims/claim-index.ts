/**
 * The index of live claims by unit: a queue a key, ancestors by look-up, and a tree of the paths in
 * use for what lies beneath a directory. No question costs more than what it finds.
 */
import { directoryUnit } from "@podlane/protocol";
import type { ClaimId, UnitKey } from "@podlane/protocol";
import type { Undo } from "../undo.ts";
import type { ClaimEntry, ClaimsSlice, UnitQueue } from "./claims-slice.ts";
import { placeIn } from "./order.ts";
import { unitFacts } from "./unit-cache.ts";
import type { PathLink } from "./unit-cache.ts";

interface IndexedUnit {
  readonly key: UnitKey;
  readonly undo: Undo;
}

/** Enters a claim under one of its units, at its place. */
export function indexUnit(
  claims: ClaimsSlice,
  claim: ClaimEntry,
  { key, undo }: IndexedUnit,
): void {
  const queue = claims.byKey.get(key) ?? openQueue(claims, { key, undo });
  const list = listOf(queue, claim);
  const at = claim.fence === null ? placeIn(claims, list, claim) : list.length;
  undo.insert(list, at, claim.id);
}

/** Takes a claim out from under one of its units. */
export function dropUnit(claims: ClaimsSlice, claim: ClaimEntry, { key, undo }: IndexedUnit): void {
  const queue = claims.byKey.get(key);
  if (queue === undefined) return;
  const list = listOf(queue, claim);
  const at = list[0] === claim.id ? 0 : positionIn(claims, list, claim);
  undo.removeAt(list, at);
  if (isEmpty(queue)) closeQueue(claims, { key, undo });
}

/** A waiter of the key has been granted: from the queue to the holders. */
export function promoteUnit(
  claims: ClaimsSlice,
  claim: ClaimEntry,
  { key, undo }: IndexedUnit,
): void {
  const queue = claims.byKey.get(key);
  if (queue === undefined) throw new Error(`waiter ${claim.id} is not queued for ${key}`);
  const waiting = queue.waiting[claim.mode];
  undo.removeAt(waiting, waiting[0] === claim.id ? 0 : placeIn(claims, waiting, claim));
  const held = queue.held[claim.mode];
  undo.insert(held, held.length, claim.id);
}

/** Where an overlapping queue was found. */
export interface Overlap {
  /** The key of that queue. */
  readonly key: UnitKey;
  /** Between paths the rule for kin applies. */
  readonly isPath: boolean;
}

/** Calls `visit` with the queue of the unit and of each that overlaps it; none twice. */
export function visitQueues(
  claims: ClaimsSlice,
  key: UnitKey,
  visit: (queue: UnitQueue, overlap: Overlap) => void,
): void {
  const { path, isDirectory, ancestors } = unitFacts(key);
  const isPath = path !== null;
  const visitKey = (at: UnitKey): void => {
    const queue = claims.byKey.get(at);
    if (queue !== undefined) visit(queue, { key: at, isPath });
  };
  visitKey(key);
  if (path === null) return;
  if (claims.directories > 0) for (const ancestor of ancestors) visitKey(ancestor);
  if (!isDirectory) return;
  if (path !== "") visitKey(`file:${path}` as UnitKey);
  visitBeneath(claims, path, visitKey);
}

function visitBeneath(claims: ClaimsSlice, path: string, visitKey: (key: UnitKey) => void): void {
  const names = claims.beneath.get(path);
  if (names === undefined) return;
  for (const below of names) {
    visitKey(`file:${below}` as UnitKey);
    visitKey(directoryUnit(below));
    visitBeneath(claims, below, visitKey);
  }
}

function listOf(queue: UnitQueue, claim: ClaimEntry): ClaimId[] {
  return (claim.fence === null ? queue.waiting : queue.held)[claim.mode];
}

/** Grants are few, but for shared ones; waiters are found by their order. */
function positionIn(claims: ClaimsSlice, list: readonly ClaimId[], claim: ClaimEntry): number {
  return claim.fence === null ? placeIn(claims, list, claim) : list.indexOf(claim.id);
}

function isEmpty({ held, waiting }: UnitQueue): boolean {
  return (
    held.exclusive.length === 0 &&
    held.shared.length === 0 &&
    waiting.exclusive.length === 0 &&
    waiting.shared.length === 0
  );
}

function openQueue(claims: ClaimsSlice, { key, undo }: IndexedUnit): UnitQueue {
  const queue: UnitQueue = {
    held: { exclusive: [], shared: [] },
    waiting: { exclusive: [], shared: [] },
  };
  undo.put(claims.byKey, key, queue);
  const { isDirectory, chain } = unitFacts(key);
  if (isDirectory) undo.assign(claims, "directories", claims.directories + 1);
  linkPath(claims, chain, undo);
  return queue;
}

function closeQueue(claims: ClaimsSlice, { key, undo }: IndexedUnit): void {
  undo.remove(claims.byKey, key);
  const { isDirectory, chain } = unitFacts(key);
  if (isDirectory) undo.assign(claims, "directories", claims.directories - 1);
  unlinkPath(claims, chain, undo);
}

function linkPath({ beneath }: ClaimsSlice, chain: readonly PathLink[], undo: Undo): void {
  for (const { path, parent } of chain) {
    const names = beneath.get(parent);
    if (names !== undefined) return undo.add(names, path);
    undo.put(beneath, parent, new Set<string>().add(path));
  }
}

/** Up to the first path that is claimed itself or leads to other claims. */
function unlinkPath({ beneath, byKey }: ClaimsSlice, chain: readonly PathLink[], undo: Undo): void {
  for (const { path, parent, file, directory } of chain) {
    if (beneath.has(path) || byKey.has(file) || byKey.has(directory)) return;
    const names = beneath.get(parent);
    if (names === undefined) return;
    if (names.size > 1) return undo.drop(names, path);
    undo.remove(beneath, parent);
  }
}
