/**
 * The index of live claims by unit: exact keys, ancestors by look-up, and a tree of the paths in
 * use for what lies beneath a directory. No question costs more than what it finds.
 */
import { directoryUnit } from "@podlane/protocol";
import type { ClaimId, UnitKey } from "@podlane/protocol";
import type { Undo } from "../undo.ts";
import type { ClaimEntry, ClaimsSlice } from "./claims-slice.ts";
import { knownClaim } from "./claims-slice.ts";
import { unitFacts } from "./unit-cache.ts";

/** Enters a claim under one of its units. */
export function indexUnit(claims: ClaimsSlice, id: ClaimId, at: IndexedUnit): void {
  const { key, undo } = at;
  const ids = claims.byKey.get(key);
  if (ids !== undefined) return undo.add(ids, id);
  undo.put(claims.byKey, key, new Set([id]));
  const { path, isDirectory } = unitFacts(key);
  if (path === null) return;
  if (isDirectory) undo.assign(claims, "directories", claims.directories + 1);
  linkPath(claims, path, undo);
}

/** Takes a claim out from under one of its units. */
export function dropUnit(claims: ClaimsSlice, id: ClaimId, at: IndexedUnit): void {
  const { key, undo } = at;
  const ids = claims.byKey.get(key);
  if (ids === undefined) return;
  if (ids.size > 1) return undo.drop(ids, id);
  undo.remove(claims.byKey, key);
  const { path, isDirectory } = unitFacts(key);
  if (path === null) return;
  if (isDirectory) undo.assign(claims, "directories", claims.directories - 1);
  unlinkPath(claims, path, undo);
}

interface IndexedUnit {
  readonly key: UnitKey;
  readonly undo: Undo;
}

/** Calls `visit` with every claim on the unit, above or beneath it; repeats are possible. */
export function visitOverlaps(
  claims: ClaimsSlice,
  key: UnitKey,
  visit: (claim: ClaimEntry, overlap: { readonly isPath: boolean }) => void,
): void {
  const { path, isDirectory, ancestors } = unitFacts(key);
  const overlap = { isPath: path !== null };
  const visitKey = (at: UnitKey): void => {
    const ids = claims.byKey.get(at);
    if (ids === undefined) return;
    for (const id of ids) visit(knownClaim(claims, id), overlap);
  };
  visitKey(key);
  if (path === null) return;
  if (claims.directories > 0) for (const ancestor of ancestors) visitKey(ancestor);
  if (!isDirectory) return;
  visitKey(`file:${path}` as UnitKey);
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

function linkPath(claims: ClaimsSlice, path: string, undo: Undo): void {
  for (let below = path; below !== ""; below = parentOf(below)) {
    const parent = parentOf(below);
    const names = claims.beneath.get(parent);
    if (names !== undefined) return undo.add(names, below);
    undo.put(claims.beneath, parent, new Set([below]));
  }
}

function unlinkPath(claims: ClaimsSlice, path: string, undo: Undo): void {
  for (let below = path; below !== "" && !isInUse(claims, below); below = parentOf(below)) {
    const parent = parentOf(below);
    const names = claims.beneath.get(parent);
    if (names === undefined) return;
    if (names.size > 1) return undo.drop(names, below);
    undo.remove(claims.beneath, parent);
  }
}

/** Whether a path is claimed itself or leads to claims. */
function isInUse({ byKey, beneath }: ClaimsSlice, path: string): boolean {
  return (
    beneath.has(path) || byKey.has(`file:${path}` as UnitKey) || byKey.has(directoryUnit(path))
  );
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}
