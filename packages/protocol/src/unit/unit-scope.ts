/**
 * Units against scopes: which of a pod's keys it may hold, and which go along with what it lends.
 */
import { criticalPaths, criticalPathsAt } from "../scope/critical-path.ts";
import { compileScope } from "../scope/effective-scope.ts";
import type { EffectiveScope } from "../scope/effective-scope.ts";
import { isGitPath } from "../scope/git-path.ts";
import { isWithin } from "../scope/path.ts";
import { pathOfUnit, prefixOf } from "./unit-key.ts";
import type { UnitKey } from "./unit-key.ts";

/** Keys by how much of them a scope may write; each key is in exactly one list, order kept. */
export interface UnitsByScope {
  /** All of it: may be claimed; goes along when this scope is lent. */
  readonly inside: UnitKey[];
  /** A `dir:` of which some paths are writable and some are not. */
  readonly straddling: UnitKey[];
  /** Nothing of it. */
  readonly outside: UnitKey[];
  /** No path, so no scope speaks of it: may be claimed, and stays with its holder. */
  readonly logical: UnitKey[];
}

/**
 * Sorts keys by what the scope may write of them. Paths of git are no part of a `dir:`: nobody may
 * write them, and they must not keep `dir:.` from the pod that has the whole workspace.
 */
export function unitsWithinScope(keys: readonly UnitKey[], scope: EffectiveScope): UnitsByScope {
  const mayWrite = compileWritable(scope);
  const sorted: UnitsByScope = { inside: [], straddling: [], outside: [], logical: [] };
  for (const key of keys) sorted[placeOf(key, mayWrite)].push(key);
  return sorted;
}

/** Answers, for a path alone or a path with all beneath it, which of both answers occur. */
type Writable = (path: string, options: { readonly deep: boolean }) => ReadonlySet<boolean>;

function compileWritable(scope: EffectiveScope): Writable {
  const permissionAt = compileScope(scope);
  const critical = criticalPaths(scope).map(({ path }) => path);
  return (path, { deep }) => {
    const beneath = critical.filter((candidate) => deep && isWithin(candidate, path));
    const at = deep ? criticalPathsAt(path).map((own) => own.path) : [path];
    const paths = [...at, ...beneath].filter((one) => one === path || !isGitPath(one));
    return new Set(paths.map((one) => permissionAt(one) === "write"));
  };
}

function placeOf(key: UnitKey, writable: Writable): keyof UnitsByScope {
  const path = pathOfUnit(key);
  if (path === null) return "logical";
  const answers = writable(path, { deep: prefixOf(key) === "dir" });
  if (answers.size === 2) return "straddling";
  return answers.has(true) ? "inside" : "outside";
}
