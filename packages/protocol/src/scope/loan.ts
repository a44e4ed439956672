/**
 * Scopes that are lent out, and which of them holds a path. Indexed by the targets that loans allow
 * to write, so that a pod with many children does not ask each of them about every path.
 */
import type { Scope } from "../scope-rule.ts";
import { compileRules } from "./coverage.ts";
import type { PermissionAt } from "./coverage.ts";
import { selfAndAncestors } from "./path.ts";

/** A scope lent to a living descendant. */
export interface Loan {
  /** Pod that holds it; named in refusals. */
  readonly holder: string;
  readonly scope: Scope;
}

interface IndexedLoan {
  readonly loan: Loan;
  readonly permissionAt: PermissionAt;
}

/** A function from a canonical path to the loan whose holder may write it, or null. */
export function indexLoans(loans: readonly Loan[]): (path: string) => Loan | null {
  const byTarget = indexByTarget(loans);
  return (path) => {
    for (const ancestor of selfAndAncestors(path)) {
      const candidates = byTarget.get(ancestor) ?? [];
      const holding = candidates.find(({ permissionAt }) => permissionAt(path) === "write");
      if (holding !== undefined) return holding.loan;
    }
    return null;
  };
}

function indexByTarget(loans: readonly Loan[]): ReadonlyMap<string, readonly IndexedLoan[]> {
  const byTarget = new Map<string, IndexedLoan[]>();
  for (const loan of loans) {
    const indexed = { loan, permissionAt: compileRules(loan.scope, "none") };
    for (const rule of loan.scope) {
      if (rule.effect === "deny" || rule.permission === "read") continue;
      byTarget.set(rule.target, [...(byTarget.get(rule.target) ?? []), indexed]);
    }
  }
  return byTarget;
}
