/**
 * The overlap matrix: who of those that live holds, waits for or may write what another does too.
 * Found through the index of claims and the targets of scopes, so it costs what overlaps, not the
 * square of who is here. A pod and its descendants do not overlap: a loan has parted them.
 */
import {
  accepted,
  canonicalTarget,
  directoryUnit,
  overlaps,
  pathOfUnit,
  selfAndAncestors,
} from "@podlane/protocol";
import type { RegistrationId, UnitKey, UnitOverlap, UnitStake } from "@podlane/protocol";
import { visitQueues } from "../claims/claim-index.ts";
import type { ClaimEntry } from "../claims/claims-slice.ts";
import { knownClaim } from "../claims/claims-slice.ts";
import { isAllied } from "../claims/meetings.ts";
import type { PodEntry } from "../pods/pods-slice.ts";
import { findPod, isAncestor, livingPods, nameOf } from "../pods/tree.ts";
import type { Queries } from "../query.ts";
import { scopeOf } from "../scopes.ts";
import { findRegistration } from "../sessions/sessions-slice.ts";
import type { WorkspaceState } from "../state.ts";

export const overlapQueries: Queries<"claim.overlaps"> = {
  /** In the order in which they came; cut at `limit` pairs. */
  "claim.overlaps": (state, { limit }) => {
    const matrix = new Matrix(state, limit);
    for (const claim of bySeq(state.claims.live.values())) addClaim(matrix, state, claim);
    addScopes(matrix, state);
    return accepted({ overlaps: matrix.pairs(), truncated: matrix.truncated });
  },
};

interface Side {
  readonly who: string;
  readonly stake: UnitStake;
}

class Matrix {
  truncated = false;
  readonly #state: WorkspaceState;
  readonly #limit: number;
  readonly #pairs = new Map<string, UnitOverlap & { readonly seen: Set<string> }>();

  constructor(state: WorkspaceState, limit: number) {
    this.#state = state;
    this.#limit = limit;
  }

  add(key: string, one: Side, other: Side): void {
    const [a, b] = this.#cameAt(one.who) <= this.#cameAt(other.who) ? [one, other] : [other, one];
    const name = `${a.who} ${b.who}`;
    const known = this.#pairs.get(name);
    if (known === undefined && this.#pairs.size >= this.#limit) {
      this.truncated = true;
      return;
    }
    const parties = { a: this.#party(a.who), b: this.#party(b.who) };
    const pair = known ?? { ...parties, keys: [], seen: new Set<string>() };
    this.#pairs.set(name, pair);
    const entry = `${key} ${a.stake} ${b.stake}`;
    if (pair.seen.has(entry)) return;
    pair.seen.add(entry);
    pair.keys.push({ key, a: a.stake, b: b.stake });
  }

  pairs(): UnitOverlap[] {
    return [...this.#pairs.values()]
      .map(({ a, b, keys }) => ({ a, b, keys: keys.toSorted(compareKeys) }))
      .toSorted((one, other) => {
        const byFirst = this.#cameAt(one.a.registration) - this.#cameAt(other.a.registration);
        return byFirst || this.#cameAt(one.b.registration) - this.#cameAt(other.b.registration);
      });
  }

  #party(who: string): UnitOverlap["a"] {
    return { registration: who as RegistrationId, name: nameOf(this.#state, who) };
  }

  /** Who has never registered came last. */
  #cameAt(who: string): number {
    const entry = findPod(this.#state, who) ?? findRegistration(this.#state.sessions, who);
    return entry?.seq ?? Number.MAX_SAFE_INTEGER;
  }
}

function compareKeys(one: { key: string }, other: { key: string }): number {
  return one.key < other.key ? -1 : Number(one.key > other.key);
}

function addClaim(matrix: Matrix, state: WorkspaceState, claim: ClaimEntry): void {
  for (const unit of claim.units) {
    visitQueues(state.claims, unit, ({ held, waiting }, { key, isPath }) => {
      const lists = [held.exclusive, held.shared, waiting.exclusive, waiting.shared];
      for (const id of lists.flat()) {
        const other = knownClaim(state.claims, id);
        if (other.seq >= claim.seq) continue;
        if (isAllied(state, claim.holder, { holder: other.holder, isPath })) continue;
        matrix.add(narrower(unit, key), sideOf(claim), sideOf(other));
      }
    });
  }
}

function sideOf({ holder, fence }: ClaimEntry): Side {
  return { who: holder, stake: fence === null ? "waits" : "holds" };
}

/** Of two keys that overlap, the one inside the other. */
function narrower(one: UnitKey, other: UnitKey): UnitKey {
  const [a, b] = [pathOfUnit(one), pathOfUnit(other)];
  if (a === null || b === null || a.length > b.length) return one;
  return a === b && one.startsWith("file:") ? one : other;
}

/** Pairs are found by their targets, and what they share is then said exactly. */
function addScopes(matrix: Matrix, state: WorkspaceState): void {
  const byTarget = new Map<string, PodEntry[]>();
  for (const pod of livingPods(state)) {
    for (const target of writeTargets(pod)) {
      byTarget.set(target, [...(byTarget.get(target) ?? []), pod]);
    }
  }
  for (const [a, b] of nestedPairs(byTarget)) {
    if (areKin(state, a, b)) continue;
    for (const shared of overlaps(scopeOf(state, a), scopeOf(state, b))) {
      matrix.add(directoryUnit(shared), mayWrite(a), mayWrite(b));
    }
  }
}

/** Each two of which one has a target at or beneath one of the other's; once. */
function nestedPairs(byTarget: ReadonlyMap<string, readonly PodEntry[]>): Iterable<Pair> {
  const pairs = new Map<string, Pair>();
  for (const [target, pods] of byTarget) {
    const above = selfAndAncestors(target).flatMap((path) => byTarget.get(path) ?? []);
    for (const [one, other] of pods.flatMap((pod) => above.map((upper) => [pod, upper] as const))) {
      const [a, b] = one.seq < other.seq ? [one, other] : [other, one];
      if (a !== b) pairs.set(`${a.id} ${b.id}`, [a, b]);
    }
  }
  return pairs.values();
}

type Pair = readonly [PodEntry, PodEntry];

function mayWrite({ id }: PodEntry): Side {
  return { who: id, stake: "may_write" };
}

/** A top-level pod may write everything but what is denied, unless rules allow it something. */
function writeTargets({ scope, topLevel }: PodEntry): string[] {
  if (topLevel && !scope.some(({ effect }) => effect === "allow")) return [""];
  return scope.flatMap(({ effect, permission, target }) => {
    const path = canonicalTarget(target);
    return effect === "allow" && permission === "write" && path.ok ? [path.value] : [];
  });
}

function areKin(state: WorkspaceState, a: PodEntry, b: PodEntry): boolean {
  return isAncestor(state, a.id, b.id) || isAncestor(state, b.id, a.id);
}

function bySeq(claims: Iterable<ClaimEntry>): ClaimEntry[] {
  return [...claims].toSorted((a, b) => a.seq - b.seq);
}
