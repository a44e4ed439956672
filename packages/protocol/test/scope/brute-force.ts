/**
 * The scope semantic written a second time, as naively as it can be, over a small closed universe
 * of paths. Segments `a` and `ab` share a string prefix on purpose.
 */
import * as fc from "fast-check";
import type { Permission, Scope, ScopeRule } from "../../src/scope-rule.ts";
import type { EffectiveScope } from "../../src/scope/effective-scope.ts";

const targetSegments = ["a", "ab", ".git"];

/**
 * Every path of up to four segments: two deeper than any target, and with a segment that is in no
 * target. A directory has more children than rules can name: with only nameable ones, rules on each
 * of them would look as if they covered everything beneath it.
 */
export const universe: readonly string[] = pathsUpTo(4, [...targetSegments, "unnamed"]);

const order: readonly Permission[] = ["none", "read", "write"];

export function modelPermission(scope: EffectiveScope, path: string): Permission {
  const held = modelRules(scope.own, scope.base, path);
  const lent = scope.loans.some((loan) => modelRules(loan.scope, "none", path) === "write");
  return lent && held === "write" ? "read" : held;
}

export function modelAtMost(a: Permission, b: Permission): boolean {
  return order.indexOf(a) <= order.indexOf(b);
}

function modelRules(rules: Scope, base: Permission, path: string): Permission {
  const covering = rules.filter((rule) => covers(rule, path));
  let held = order.indexOf(base);
  for (const rule of covering) {
    if (rule.effect === "allow") held = Math.max(held, order.indexOf(rule.permission));
  }
  for (const rule of covering) {
    if (rule.effect === "deny") held = Math.min(held, order.indexOf(rule.permission) - 1);
  }
  if (path.split("/").includes(".git")) held = Math.min(held, 1);
  return order[held] ?? "none";
}

function covers(rule: ScopeRule, path: string): boolean {
  const target = rule.target === "" ? [] : rule.target.split("/");
  const candidate = path === "" ? [] : path.split("/");
  const below = candidate.length - target.length;
  if (below < 0 || !target.every((segment, at) => candidate[at] === segment)) return false;
  return rule.recursive || below <= 1;
}

function pathsUpTo(depth: number, segments: readonly string[]): string[] {
  if (depth === 0) return [""];
  const shorter = pathsUpTo(depth - 1, segments);
  const longer = shorter.flatMap((path) => segments.map((s) => (path === "" ? s : `${path}/${s}`)));
  return [...new Set([...shorter, ...longer])];
}

const anyRule: fc.Arbitrary<ScopeRule> = fc.record({
  effect: fc.constantFrom<ScopeRule["effect"]>("allow", "allow", "deny"),
  target: fc.constantFrom(...pathsUpTo(2, targetSegments)),
  permission: fc.constantFrom<ScopeRule["permission"]>("read", "write"),
  recursive: fc.boolean(),
});

export const anyRules: fc.Arbitrary<Scope> = fc.array(anyRule, { maxLength: 4 });

export const anyEffective: fc.Arbitrary<EffectiveScope> = fc.record({
  base: fc.constantFrom<Permission>("none", "read", "write"),
  own: anyRules,
  loans: fc.array(fc.record({ holder: fc.constant("worker"), scope: anyRules }), { maxLength: 2 }),
});
