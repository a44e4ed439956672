/**
 * What must hold of every state. Tests and simulation check it after each step; it scans all there
 * is, so no command does.
 */
import { effectiveScope, isSubscope, isTerminal, unitsOverlap } from "@podlane/protocol";
import type { UnitKey } from "@podlane/protocol";
import type { ClaimEntry } from "./claims/claims-slice.ts";
import { claimsOf, findClaim } from "./claims/claims-slice.ts";
import { capacityOf } from "./claims/meetings.ts";
import { isBefore } from "./claims/order.ts";
import { isExecuting } from "./merges/merges-slice.ts";
import { childrenOf, findLiving, isAncestor, livingPods } from "./pods/tree.ts";
import { lendsWrite, loanScope } from "./scopes.ts";
import type { WorkspaceState } from "./state.ts";
import { checkSessions } from "./sessions/invariants.ts";
import { checkQueue } from "./tasks/invariants.ts";
import { slotsOf } from "./turns/admission.ts";
import { capGroupOf, groupOf, groupsOf } from "./turns/turns-slice.ts";
import { findStuck } from "./deadlock.ts";

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
    ...checkSessions(state),
    ...merges(state),
  ];
}

/** L1: no two live grants conflict, but for units that have room for several. */
function exclusiveGrants(state: WorkspaceState): string[] {
  const granted = grantsOf(state);
  const clashing = granted.flatMap((a, at) =>
    granted.slice(at + 1).flatMap((b) => {
      const areExclusive = a.mode === "exclusive" && b.mode === "exclusive";
      const units = clashesOf(state, a, b).filter(
        (unit) => !areExclusive || capacityOf(state.claims, unit) === 1,
      );
      return units.map((unit) => `L1: ${a.id} and ${b.id} both hold ${unit}`);
    }),
  );
  return [...clashing, ...overfull(state, granted)];
}

function overfull(state: WorkspaceState, granted: readonly ClaimEntry[]): string[] {
  return [...state.claims.capacities].flatMap(([unit, capacity]) => {
    const holding = granted.filter(
      ({ units, mode }) => mode === "exclusive" && units.includes(unit),
    );
    const holders = new Set(holding.map(({ holder }) => holder));
    return holders.size <= capacity
      ? []
      : [`L1: ${holders.size} hold ${unit}, room for ${capacity}`];
  });
}

/** The units of a claim on which another is in its way; said without the index, from keys alone. */
function clashesOf(state: WorkspaceState, a: ClaimEntry, b: ClaimEntry): UnitKey[] {
  if (a.holder === b.holder || (a.mode === "shared" && b.mode === "shared")) return [];
  const areKin = isAncestor(state, a.holder, b.holder) || isAncestor(state, b.holder, a.holder);
  return a.units.filter((unit) => {
    if (areKin && /^(?:file|dir):/.test(unit)) return false;
    return b.units.some((other) => unitsOverlap(unit, other));
  });
}

/** L2: no two grants share a token. */
function fences(state: WorkspaceState): string[] {
  const granted = grantsOf(state);
  const tokens = new Set(granted.map((claim) => claim.fence));
  return tokens.size === granted.length ? [] : ["L2: two grants have one token"];
}

/** L4: a waiter is behind something that stands before it, or nothing does and it is ready. */
function queues(state: WorkspaceState): string[] {
  const claims = [...state.claims.live.values()];
  return claims
    .filter((claim) => claim.fence === null)
    .flatMap((waiter) => {
      const before = standingBefore(state, waiter, claims);
      const isReady = state.claims.ready.has(waiter.id);
      if (before.size === 0 && isReady && waiter.behind === null) return [];
      const watched = waiter.behind === null ? undefined : findClaim(state.claims, waiter.behind);
      if (before.size > 0 && !isReady && watched?.watchers?.has(waiter.id) === true) {
        if (before.has(watched)) return [];
      }
      return [`L4: ${waiter.id} is behind ${waiter.behind ?? "nothing"}, not what is before it`];
    });
}

/** Every claim in the way of a waiter; at a unit with room for several none until it is taken. */
function standingBefore(
  state: WorkspaceState,
  waiter: ClaimEntry,
  claims: readonly ClaimEntry[],
): Set<ClaimEntry> {
  const ahead = claims.filter((claim) => claim.fence !== null || isBefore(claim, waiter));
  const before = new Set<ClaimEntry>();
  for (const unit of waiter.units) {
    for (const claim of claims) {
      const pauses = (claim.units as readonly string[]).includes(`${unit}:pause`);
      if (pauses && claim.holder !== waiter.holder) before.add(claim);
    }
    const rivals = ahead.filter((claim) => clashesOf(state, waiter, claim).includes(unit));
    const sharing = waiter.mode === "shared" ? [] : rivals.filter((one) => one.mode !== "shared");
    const places = new Set(sharing.map(({ holder }) => holder)).size;
    const fits = places < capacityOf(state.claims, unit);
    for (const rival of rivals) if (!fits || !sharing.includes(rival)) before.add(rival);
  }
  return before;
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
  return [...findStuck(state, waiters)].map((who) => `L6: ${who} waits for itself`);
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
    for (const group of groupsOf(pod)) counted.set(group, (counted.get(group) ?? 0) + 1);
    const capped = counted.get(capGroupOf(pod) ?? "") ?? 0;
    const isOver = (counted.get(groupOf(pod)) ?? 0) > slotsOf(state, pod);
    if (isOver) problems.push(`admission: too many turns run beside ${pod.id}`);
    if (capGroupOf(pod) !== null && capped > (pod.spec.agentCap?.maxConcurrent ?? 0)) {
      problems.push(`admission: ${capped} turns of the agent of ${pod.id} run`);
    }
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
