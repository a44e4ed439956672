/**
 * Access checks whose refusal says which rule, loan or law stands in the way.
 */
import { refused } from "../outcome.ts";
import type { Outcome } from "../outcome.ts";
import type { Permission } from "../scope-rule.ts";
import { indexScope, rulingAt } from "./coverage.ts";
import { effectivePermission } from "./effective-scope.ts";
import type { EffectiveScope } from "./effective-scope.ts";
import { isGitPath } from "./git-path.ts";
import { indexLoans } from "./loan.ts";
import { canonicalTarget, quoted } from "./path.ts";
import { suffices } from "./permission.ts";
import { formatScopeRule } from "./rule-text.ts";

/**
 * The canonical path when the scope permits what is wanted; symlinks must be resolved before.
 * Refuses `out_of_scope` with the reason, and what `canonicalTarget` refuses.
 */
export function checkAccess(
  scope: EffectiveScope,
  raw: string,
  options: { readonly wanted: Permission },
): Outcome<string> {
  const path = canonicalTarget(raw);
  if (!path.ok) return path;
  const held = effectivePermission(scope, path.value);
  if (suffices(held, options.wanted)) return path;
  const why = whyNotMore(scope, path.value);
  return refused(
    "out_of_scope",
    `${quoted(path.value)}: ${options.wanted} wanted, ${held} held: ${why}`,
    { path: path.value, wanted: options.wanted, held },
  );
}

/** Why a canonical path has no more than it has; meant for paths without write. */
export function whyNotMore(scope: EffectiveScope, path: string): string {
  if (isGitPath(path)) return "git's own files are never writable";
  const denial = scope.own.find(
    (rule) => rule.effect === "deny" && rulingAt(indexScope([rule]), path).ceiling !== "write",
  );
  if (denial !== undefined) return `rule ${formatScopeRule(denial)} denies it`;
  const loan = indexLoans(scope.loans)(path);
  if (loan !== null) return `it is lent to ${loan.holder}`;
  const rules = scope.own.map(formatScopeRule);
  return `no rule grants it (scope: ${rules.length === 0 ? "read only" : rules.join(" ")})`;
}
