/**
 * What must hold of every state. Tests and simulation check it after each step; it scans all there
 * is, so no command does.
 */
import { effectiveScope, isSubscope, isTerminal, unitsOverlap } from "@podlane/protocol";
import type { ClaimEntry } from "./claims/claims-slice.ts";
import { claimsOf } from "./claims/claims-slice.ts";
import { conflictsOf, rankOf } from "./claims/conflicts.ts";
import { isExecuting } from "./merges/merges-slice.ts";
import { childrenOf, findLiving, isAncestor, livingPods } from "./pods/tree.ts";
import { lendsWrite, loanScope } from "./scopes.ts";
import type { WorkspaceState } from "./state.ts";
import { checkQueue } from "./tasks/invariants.ts";
import { slotsOf } from "./turns/admission.ts";
import { groupOf } from "./turns/turns-slice.ts";
import { reaches } from "./wait-graph.ts";

/** Every broken invariant in words, named as in the design: L claims, S scopes, Q tasks. */
export function checkInvariants(state: WorkspaceState): string[] {
  return [
    ...exclusiveGrants(state),
    ...fences(state),
    ...queues(state),
    ...deadHolders(state),
    ...cycles(state),
    ...scopesInside(state),
    ...tree(state),
    ...slots(state),
    ...tasks(state),
    ...checkQueue(state),
    ...merges(state),
  ];
}

/** L1: no two live grants conflict. */
function exclusiveGrants(state: WorkspaceState): string[] {
  const granted = grantsOf(state);
  return granted.flatMap((a, at) =>
    granted
      .slice(at + 1)
      .filter((b) => clash(state, a, b))
      .map((b) => `L1: ${a.id} and ${b.id} both hold ${a.units.join(" ")}`),
  );
}

function clash(state: WorkspaceState, a: ClaimEntry, b: ClaimEntry): boolean {
  if (a.holder === b.holder || (a.mode === "shared" && b.mode === "shared")) return false;
  const areKin = isAncestor(state, a.holder, b.holder) || isAncestor(state, b.holder, a.holder);
  return a.units.some((left) =>
    b.units.some((right) => unitsOverlap(left, right) && !(areKin && left.match(/^(file|dir):/))),
  );
}

/** L2: no two grants share a token. */
function fences(state: WorkspaceState): string[] {
  const granted = grantsOf(state);
  const tokens = new Set(granted.map((claim) => claim.fence));
  return tokens.size === granted.length ? [] : ["L2: two grants have one token"];
}

/** L4: what a waiter waits for is exactly what stands before it. */
function queues(state: WorkspaceState): string[] {
  return [...state.claims.live.values()]
    .filter((claim) => claim.blockers !== null)
    .filter((claim) => {
      const { blockedBy } = conflictsOf(state, { ...claim, rank: rankOf(claim) });
      const before = blockedBy.filter((one) => one.fence !== null || isBefore(one, claim));
      const wanted = before.map((one) => one.id).toSorted();
      return wanted.join() !== [...(claim.blockers ?? [])].toSorted().join();
    })
    .map((claim) => `L4: ${claim.id} does not wait for what stands before it`);
}

function isBefore(a: ClaimEntry, b: ClaimEntry): boolean {
  return rankOf(a) - rankOf(b) < 0 || (rankOf(a) === rankOf(b) && a.seq < b.seq);
}

/** L5: an ended pod holds nothing and waits for nothing. */
function deadHolders(state: WorkspaceState): string[] {
  return [...state.claims.live.values()]
    .filter((claim) => state.pods.byId.has(claim.holder as never))
    .filter((claim) => findLiving(state, claim.holder) === undefined)
    .map((claim) => `L5: ${claim.id} belongs to ended pod ${claim.holder}`);
}

/** L6: nobody waits for itself. */
function cycles(state: WorkspaceState): string[] {
  const waiters = [...state.claims.byHolder.keys(), ...state.turns.yielded] as string[];
  return [...new Set(waiters)]
    .filter((who) => reaches(state, who, who))
    .map((who) => `L6: ${who} waits for itself`);
}

/** S1: a child writes only what its parent could, and nobody else among its siblings. */
function scopesInside(state: WorkspaceState): string[] {
  return livingPods(state).flatMap((parent) => {
    const children = childrenOf(state, parent).filter((child) => lendsWrite(child.scope));
    return children
      .filter((child) => {
        const others = children.filter((other) => other !== child);
        const loans = others.map((other) => ({ holder: other.id, scope: other.scope }));
        const rank = parent.topLevel ? "top_level" : "child";
        const remaining = effectiveScope(rank, parent.scope, { loans });
        return !isSubscope(loanScope(child.scope), remaining);
      })
      .map((child) => `S1: ${child.id} holds more than ${parent.id} could lend`);
  });
}

/** Parents and children agree, and only living pods are in the tree and in the indexes. */
function tree(state: WorkspaceState): string[] {
  const problems: string[] = [];
  for (const pod of state.pods.byId.values()) {
    const isLiving = !isTerminal(pod.state);
    if (isLiving !== state.pods.living.has(pod.id)) problems.push(`tree: ${pod.id} is misfiled`);
    if (!isLiving) continue;
    if (state.pods.byName.get(pod.spec.name) !== pod.id) {
      problems.push(`tree: the name of ${pod.id} is not its own`);
    }
    const parent = pod.parent === null ? undefined : findLiving(state, pod.parent);
    if (pod.parent !== null && !parent?.children.has(pod.id)) {
      problems.push(`tree: ${pod.id} has no living parent that knows it`);
    }
  }
  return problems;
}

/** Admission: no more turns run than the group allows, and the counters are true. */
function slots(state: WorkspaceState): string[] {
  const counted = new Map<string, number>();
  const problems: string[] = [];
  for (const pod of livingPods(state)) {
    if (pod.turn?.phase !== "running") continue;
    const count = (counted.get(groupOf(pod)) ?? 0) + 1;
    counted.set(groupOf(pod), count);
    if (count > slotsOf(state, pod))
      problems.push(`admission: ${count} turns run beside ${pod.id}`);
  }
  for (const group of new Set([...counted.keys(), ...state.turns.running.keys()])) {
    const isTrue = counted.get(group) === state.turns.running.get(group);
    if (!isTrue) problems.push(`admission: the counter of group "${group}" is off`);
  }
  return problems;
}

/** Q1, Q3 of plan runs: a task has one living pod at most, and never begins too early. */
function tasks(state: WorkspaceState): string[] {
  const problems: string[] = [];
  for (const run of state.runs.byId.values()) {
    for (const task of run.tasks.values()) {
      const { id, dependsOn } = task.plan;
      const isReady = dependsOn.every((name) => run.tasks.get(name)?.state === "done");
      if (task.state === "running" && !isReady) problems.push(`Q3: ${id} began too early`);
      const pods = livingPods(state).filter(
        (pod) => pod.topLevel && pod.runId === run.id && pod.spec.taskId === id,
      );
      if (pods.length > 1) problems.push(`Q1: ${id} has ${pods.length} pods`);
    }
  }
  return problems;
}

/** One merge executes at a time on each base. */
function merges(state: WorkspaceState): string[] {
  const executing = [...state.merges.byId.values()].filter(isExecuting);
  const bases = new Set(executing.map(({ base, runId }) => base ?? `detached:${runId}`));
  return bases.size === executing.length ? [] : ["merges: two execute on one base"];
}

function grantsOf(state: WorkspaceState): ClaimEntry[] {
  return [...state.claims.byHolder.keys()]
    .flatMap((holder) => claimsOf(state.claims, holder))
    .filter((claim) => claim.fence !== null);
}
