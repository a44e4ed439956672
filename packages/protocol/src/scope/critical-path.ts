/**
 * The finitely many paths that decide a question about infinitely many. The rules that cover a path
 * depend only on its nearest target, at or above it, and on whether it is that target (self), its
 * direct child, or deeper (beneath): flat rules tell the first two from the third, and no target
 * lies in between. So for every target, and for the workspace, one path of each place stands for
 * all others. A `.git` segment lowers both sides of a comparison alike: it needs no paths of its
 * own.
 */
import type { EffectiveScope } from "./effective-scope.ts";
import { childPath } from "./path.ts";

export interface CriticalPath {
  readonly target: string;
  readonly place: "self" | "child" | "beneath";
  /** A path of that place; canonical but for a segment that no real path can have. */
  readonly path: string;
}

/** NUL is refused in canonical paths, so this segment is in no target: it is always fresh. */
const fresh = "\0";

/** One path for every class of paths that the scopes cannot tell apart, ordered by target. */
export function criticalPaths(...scopes: readonly EffectiveScope[]): CriticalPath[] {
  return [...new Set(["", ...scopes.flatMap(targetsOf)])].toSorted().flatMap(criticalPathsAt);
}

/** The classes of paths at and beneath one target. */
export function criticalPathsAt(target: string): CriticalPath[] {
  const child = childPath(target, fresh);
  return [
    { target, place: "self", path: target },
    { target, place: "child", path: child },
    { target, place: "beneath", path: childPath(child, fresh) },
  ];
}

function targetsOf(scope: EffectiveScope): string[] {
  return [...scope.own, ...scope.loans.flatMap((loan) => loan.scope)].map((rule) => rule.target);
}
