/**
 * Which pod may write what, now. A pod's loans are the scopes of its living children, so that a
 * part still lent to a living grandchild stays lent after the child between them ended.
 */
import {
  canonicalTarget,
  compileScope,
  effectiveScope,
  grantsWrite,
  suffices,
} from "@podlane/protocol";
import type { EffectiveScope, Loan, Outcome, PermissionAt, Scope } from "@podlane/protocol";
import { accepted, refused } from "@podlane/protocol";
import type { LoansMark, PodEntry } from "./pods/pods-slice.ts";
import { childrenOf, findPod } from "./pods/tree.ts";
import type { Queries } from "./query.ts";
import type { WorkspaceState } from "./state.ts";

interface Compiled {
  readonly scope: EffectiveScope;
  readonly permissionAt: PermissionAt;
}

/** A memo, not state: a pod's scope changes only with its loans, and each set has its own mark. */
const compiledScopes = new WeakMap<LoansMark, Compiled>();

/** What the pod may do, with what it has lent to living children. */
export function scopeOf(state: WorkspaceState, pod: PodEntry): EffectiveScope {
  return compiledScopeOf(state, pod).scope;
}

/** The same, as a function of a canonical path. */
export function permissionsOf(state: WorkspaceState, pod: PodEntry): PermissionAt {
  return compiledScopeOf(state, pod).permissionAt;
}

/** The scope as it would be with the rules of a loan alone: what its holder can write. */
export function loanScope(rules: Scope): EffectiveScope {
  return { base: "none", own: rules, loans: [] };
}

/** Whether rules lend anything: a scope that only reads takes nothing from the lender. */
export function lendsWrite(rules: Scope): boolean {
  return grantsWrite(loanScope(rules));
}

function compiledScopeOf(state: WorkspaceState, pod: PodEntry): Compiled {
  const known = compiledScopes.get(pod.loansMark);
  if (known !== undefined) return known;
  const loans = loansOf(state, pod);
  const scope = effectiveScope(pod.topLevel ? "top_level" : "child", pod.scope, { loans });
  const compiled = { scope, permissionAt: compileScope(scope) };
  compiledScopes.set(pod.loansMark, compiled);
  return compiled;
}

function loansOf(state: WorkspaceState, pod: PodEntry): Loan[] {
  return childrenOf(state, pod)
    .filter((child) => lendsWrite(child.scope))
    .map((child) => ({ holder: child.spec.name, scope: child.scope }));
}

export const scopeQueries: Queries<"scope.get" | "scope.check"> = {
  "scope.get": (state, { pod: id }) => {
    const found = livingScope(state, id);
    if (!found.ok) return found;
    const { base, own, loans } = found.value;
    return accepted({ base, own: [...own], loans: loans.map((loan) => [...loan.scope]) });
  },
  "scope.check": (state, { pod: id, path, permission }) => {
    const found = livingScope(state, id);
    if (!found.ok) return found;
    const target = canonicalTarget(path);
    if (!target.ok) return target;
    const effective = compileScope(found.value)(target.value);
    return accepted({ allowed: suffices(effective, permission), effective });
  },
};

function livingScope(state: WorkspaceState, id: string): Outcome<EffectiveScope> {
  const pod = findPod(state, id);
  if (pod === undefined) return refused("not_found", `pod ${id} is not known`);
  return accepted(scopeOf(state, pod));
}
