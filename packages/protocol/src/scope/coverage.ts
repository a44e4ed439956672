/**
 * Which rules cover a path, folded into one ruling. Rules are indexed by target, so a look-up costs
 * the depth of the path and not the number of rules: a scope may hold 256, and a lender has the
 * scopes of all its children beside its own.
 */
import type { Permission, Scope, ScopeRule } from "../scope-rule.ts";
import { isGitPath } from "./git-path.ts";
import { selfAndAncestors } from "./path.ts";
import { stronger, weaker } from "./permission.ts";

/** What the rules say of one path: the most that allows give, and the least that denies leave. */
export interface Ruling {
  readonly granted: Permission;
  readonly ceiling: Permission;
}

interface TargetRulings {
  /** On the target and everything beneath it. */
  deep: Ruling;
  /** On the target and its direct children. */
  flat: Ruling;
}

export type ScopeIndex = ReadonlyMap<string, Readonly<TargetRulings>>;

/** A function from canonical paths to permissions. */
export type PermissionAt = (path: string) => Permission;

const silent: Ruling = { granted: "none", ceiling: "write" };

/** Rules over a base, as a function: grants, then denials, then git. Loans are not its matter. */
export function compileRules(rules: Scope, base: Permission): PermissionAt {
  const index = indexScope(rules);
  return (path) => {
    const { granted, ceiling } = rulingAt(index, path);
    const held = weaker(stronger(base, granted), ceiling);
    return held === "write" && isGitPath(path) ? "read" : held;
  };
}

/** Indexes rules by target; the order of rules never matters. */
export function indexScope(scope: Scope): ScopeIndex {
  const index = new Map<string, TargetRulings>();
  for (const rule of scope) {
    const at = index.get(rule.target) ?? { deep: silent, flat: silent };
    const reach = rule.recursive ? "deep" : "flat";
    at[reach] = joined(at[reach], rulingOf(rule));
    index.set(rule.target, at);
  }
  return index;
}

/** The ruling of all rules that cover a canonical path. */
export function rulingAt(index: ScopeIndex, path: string): Ruling {
  let ruling = silent;
  for (const [distance, ancestor] of selfAndAncestors(path).entries()) {
    const at = index.get(ancestor);
    if (at === undefined) continue;
    ruling = joined(ruling, at.deep);
    if (distance <= 1) ruling = joined(ruling, at.flat);
  }
  return ruling;
}

function rulingOf(rule: ScopeRule): Ruling {
  if (rule.effect === "allow") return { granted: rule.permission, ceiling: "write" };
  return { granted: "none", ceiling: rule.permission === "write" ? "read" : "none" };
}

function joined(a: Ruling, b: Ruling): Ruling {
  return { granted: stronger(a.granted, b.granted), ceiling: weaker(a.ceiling, b.ceiling) };
}
