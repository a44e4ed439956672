/**
 * The gate for scopes from outside: canonical targets, bounded, without repeats.
 */
import { maxScopeRules } from "../limits.ts";
import { accepted, refused } from "../outcome.ts";
import type { Outcome } from "../outcome.ts";
import type { Scope, ScopeRule } from "../scope-rule.ts";
import { canonicalTarget, quoted } from "./path.ts";

/**
 * The scope with canonical targets, each rule once, in the order given. Refuses `too_large` above
 * `maxScopeRules`, and what `canonicalRule` refuses, naming the rule by its place.
 */
export function validateScope(rules: readonly ScopeRule[]): Outcome<Scope> {
  if (rules.length > maxScopeRules) {
    return refused(
      "too_large",
      `a scope has at most ${maxScopeRules} rules, found ${rules.length}`,
    );
  }
  const scope: Scope = [];
  for (const [place, rule] of rules.entries()) {
    const canonical = canonicalRule(rule);
    if (!canonical.ok) {
      return refused(canonical.error.code, `rule ${place + 1}: ${canonical.error.message}`);
    }
    if (!scope.some((known) => isSameRule(known, canonical.value))) scope.push(canonical.value);
  }
  return accepted(scope);
}

/**
 * One rule with its canonical target. Refuses what `canonicalTarget` refuses, and "*": nobody who
 * writes `src/**` means a file of that name, and as a name it would silently grant nothing.
 */
export function canonicalRule(rule: ScopeRule): Outcome<ScopeRule> {
  const target = canonicalTarget(rule.target);
  if (!target.ok) return target;
  if (target.value.includes("*")) {
    return refused(
      "invalid_request",
      `target ${quoted(rule.target)} has a wildcard: name the directory, it covers all beneath it`,
    );
  }
  return accepted({ ...rule, target: target.value });
}

/** Whether two canonical rules say the same. */
export function isSameRule(a: ScopeRule, b: ScopeRule): boolean {
  return (
    a.effect === b.effect &&
    a.target === b.target &&
    a.permission === b.permission &&
    a.recursive === b.recursive
  );
}
