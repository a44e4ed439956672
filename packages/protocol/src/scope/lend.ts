/**
 * Lending a scope from a parent to a child. Exclusive: while the child lives, the parent only reads
 * what the child may write. Taking back is dropping the loan; what a living grandchild still holds
 * becomes a loan of its new parent's, so it stays lent.
 */
import { maxDelegateLevels, maxScopeRules } from "../limits.ts";
import { accepted, refused } from "../outcome.ts";
import type { Outcome } from "../outcome.ts";
import type { Scope } from "../scope-rule.ts";
import { firstExcess, grantsWrite } from "./compare-scopes.ts";
import type { Excess } from "./compare-scopes.ts";
import { effectiveScope } from "./effective-scope.ts";
import type { EffectiveScope } from "./effective-scope.ts";
import { whyNotMore } from "./explain.ts";
import { isSameRule, validateScope } from "./validate-scope.ts";

/** Who lends: its scope with all living loans, and how many generations below it may be lent to. */
export interface Lender {
  readonly scope: EffectiveScope;
  readonly delegate: number;
}

/**
 * The scope that the child gets: the one asked for, and the lender's denials of read with it, since
 * a child reads the workspace by default and must not read what its parent may not. Refuses
 * `out_of_scope` with the first target of which the lender has less, `denied` when the lender may
 * not lend write, and what `validateScope` refuses.
 */
export function checkLend(lender: Lender, asked: Scope): Outcome<Scope> {
  const valid = validateScope(asked);
  if (!valid.ok) return valid;
  const explicit: EffectiveScope = { base: "none", own: valid.value, loans: [] };
  if (lender.delegate < 1 && grantsWrite(explicit)) {
    return refused("denied", "this pod may not lend write scope (delegate: 0): lend read only");
  }
  const lent = [...valid.value, ...inheritedDenials(lender.scope, valid.value)];
  if (lent.length > maxScopeRules) {
    return refused("too_large", `with the lender's denials the scope has ${lent.length} rules`);
  }
  const excess =
    firstExcess(explicit, lender.scope) ?? firstExcess(effectiveScope("child", lent), lender.scope);
  return excess === null ? accepted(lent) : refusedExcess(lender.scope, excess);
}

/** Generations below a top-level pod that may be lent to. Refuses what is not 0 to 3. */
export function delegateForTopLevel(requested: number = maxDelegateLevels): Outcome<number> {
  return bounded(requested, { most: maxDelegateLevels, of: "a top-level pod" });
}

/**
 * Generations below a child that may be lent to: one less than its parent's, or less when asked.
 * Refuses `denied` when more is asked for. A parent at 0 may have children that only read.
 */
export function delegateForChild(parentDelegate: number, requested?: number): Outcome<number> {
  const most = Math.max(0, parentDelegate - 1);
  return bounded(requested ?? most, { most, of: "this child" });
}

function bounded(
  requested: number,
  limit: { readonly most: number; readonly of: string },
): Outcome<number> {
  if (!Number.isInteger(requested) || requested < 0) {
    return refused("invalid_request", `delegate is a whole number from 0, found ${requested}`);
  }
  if (requested <= limit.most) return accepted(requested);
  return refused(
    "denied",
    `delegate ${requested} asked for, ${limit.of} may have at most ${limit.most}`,
  );
}

function inheritedDenials(lender: EffectiveScope, asked: Scope): Scope {
  return lender.own.filter(
    (rule) =>
      rule.effect === "deny" &&
      rule.permission === "read" &&
      !asked.some((known) => isSameRule(known, rule)),
  );
}

function refusedExcess(lender: EffectiveScope, { at, wanted, held }: Excess): Outcome<never> {
  const target = at.target === "" ? "." : at.target;
  const where = { self: target, child: `a child of ${target}`, beneath: `beneath ${target}` };
  const why = whyNotMore(lender, at.path);
  return refused(
    "out_of_scope",
    `${where[at.place]}: ${wanted} asked for, the lender has ${held}: ${why}`,
    { target, place: at.place, wanted, held },
  );
}
