/**
 * What a pod may do to a path, now. Four steps, in this order, for every path on its own:
 * 1. grant: the greatest of the base and of all allow rules that cover the path;
 * 2. denials: every covering deny, at whatever depth, lowers it (deny write: at most read; deny
 *    read: none), so a deny always wins over an allow;
 * 3. loans: what a loan lets its holder write, the lender only reads;
 * 4. git: a path with a `.git` segment is never writable.
 * A recursive rule covers its target and all beneath, a flat one its target and direct children.
 */
import type { Permission, Scope } from "../scope-rule.ts";
import { compileRules } from "./coverage.ts";
import type { PermissionAt } from "./coverage.ts";
import { indexLoans } from "./loan.ts";
import type { Loan } from "./loan.ts";

/**
 * A pod's scope with what it has lent. Loans stay data: subtracting one in rule form would need
 * denials, and a denial cannot leave the lender the holes (`src/a` but not `src/a/keep`) of a loan.
 */
export interface EffectiveScope {
  /** What holds where no rule says more. */
  readonly base: Permission;
  readonly own: Scope;
  readonly loans: readonly Loan[];
}

/** Whether a pod was started by the operator or by another pod. */
export type PodRank = "top_level" | "child";

/**
 * The scope of a pod. Any allow rule makes the rest of the workspace read-only. Without one, a
 * top-level pod may write the workspace and a child may read it: its worktree is a full checkout.
 */
export function effectiveScope(
  rank: PodRank,
  own: Scope,
  options: { readonly loans?: readonly Loan[] } = {},
): EffectiveScope {
  const narrowed = rank === "child" || own.some((rule) => rule.effect === "allow");
  return { base: narrowed ? "read" : "write", own, loans: options.loans ?? [] };
}

/** The permission on one canonical path; for many paths, compile the scope once. */
export function effectivePermission(scope: EffectiveScope, path: string): Permission {
  return compileScope(scope)(path);
}

/** The scope as a function. Later changes to the rules do not show in it. */
export function compileScope(scope: EffectiveScope): PermissionAt {
  const own = compileRules(scope.own, scope.base);
  const lentAt = indexLoans(scope.loans);
  return (path) => {
    const held = own(path);
    return held === "write" && lentAt(path) !== null ? "read" : held;
  };
}
