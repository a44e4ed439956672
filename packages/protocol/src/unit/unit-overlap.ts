/**
 * Which units are in each other's way. Only `dir:` reaches beyond itself: over everything beneath
 * it. All other keys meet only themselves; `feature:x` and `feature:x:pause` are two units.
 */
import { isWithin, selfAndAncestors } from "../scope/path.ts";
import { directoryUnit, pathOfUnit, prefixOf } from "./unit-key.ts";
import type { UnitKey } from "./unit-key.ts";

/**
 * Whether two units share anything. `file:a` and `dir:a` do: one path cannot be both, and two pods
 * that make it one each cannot be merged.
 */
export function unitsOverlap(a: UnitKey, b: UnitKey): boolean {
  return a === b || covers(a, b) || covers(b, a);
}

/**
 * The other keys that cover a unit, nearest first: with the key itself, all that an index must look
 * up to find who holds any of it from above. For `file:a/b`: `dir:a/b dir:a dir:.`.
 */
export function ancestorsOf(key: UnitKey): UnitKey[] {
  const path = pathOfUnit(key);
  if (path === null) return [];
  return selfAndAncestors(path)
    .map(directoryUnit)
    .filter((ancestor) => ancestor !== key);
}

function covers(directory: UnitKey, key: UnitKey): boolean {
  if (prefixOf(directory) !== "dir") return false;
  const [ancestor, path] = [pathOfUnit(directory), pathOfUnit(key)];
  return ancestor !== null && path !== null && isWithin(path, ancestor);
}
