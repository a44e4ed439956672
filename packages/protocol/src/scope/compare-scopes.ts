/**
 * Comparison of two scopes over all paths: subset and overlap, both exact.
 */
import type { Permission } from "../scope-rule.ts";
import { criticalPaths } from "./critical-path.ts";
import type { CriticalPath } from "./critical-path.ts";
import { compileScope } from "./effective-scope.ts";
import type { EffectiveScope } from "./effective-scope.ts";
import { isWithin } from "./path.ts";
import { suffices } from "./permission.ts";

/** A place where one scope has more than another. */
export interface Excess {
  readonly at: CriticalPath;
  readonly wanted: Permission;
  readonly held: Permission;
}

/**
 * Whether everything the child may read or write, the parent may too. Exact on paths: it does not
 * know files from directories, so `src/x.ts` is not within a flat `src` (it might have children).
 */
export function isSubscope(child: EffectiveScope, parent: EffectiveScope): boolean {
  return firstExcess(child, parent) === null;
}

/** The first place, by target, where the child has more than the parent. */
export function firstExcess(child: EffectiveScope, parent: EffectiveScope): Excess | null {
  const [wantedAt, heldAt] = [compileScope(child), compileScope(parent)];
  for (const at of criticalPaths(child, parent)) {
    const wanted = wantedAt(at.path);
    if (wanted === "none") continue;
    const held = heldAt(at.path);
    if (!suffices(held, wanted)) return { at, wanted, held };
  }
  return null;
}

/** Whether the scope may write anything at all. */
export function grantsWrite(scope: EffectiveScope): boolean {
  const permissionAt = compileScope(scope);
  return criticalPaths(scope).some(({ path }) => permissionAt(path) === "write");
}

/** The topmost targets at or beneath which both scopes may write some path; none: no overlap. */
export function overlaps(a: EffectiveScope, b: EffectiveScope): string[] {
  const [inA, inB] = [compileScope(a), compileScope(b)];
  const shared = criticalPaths(a, b)
    .filter(({ path }) => inA(path) === "write" && inB(path) === "write")
    .map(({ target }) => target);
  return [...new Set(shared)].filter(
    (target) => !shared.some((other) => other !== target && isWithin(target, other)),
  );
}
