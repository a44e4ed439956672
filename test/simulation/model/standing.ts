/**
 * Who stands before whom among claims, said in the plainest way: every question looks at every
 * claim. Beside what overlaps it knows room for several at a unit, and pause-locks.
 */
import type { ClaimSpan } from "./claims-model.ts";
import { overlaps } from "./overlap.ts";

/** What is asked for, granted or not. */
export type Asked = Pick<ClaimSpan, "holder" | "mode" | "units">;

/** A wait that is over once so many of the holders have gone on. */
export interface Need {
  readonly holders: readonly string[];
  readonly count: number;
}

interface Standing {
  readonly before: readonly ClaimSpan[];
  /** How many of their holders must go. */
  readonly count: number;
}

/** One step of priority is worth this much waiting: `docs` of claims, not read from the rules. */
export const ageingStepMs = 60_000;

export class Standings {
  /** By unit; one where it says nothing. */
  readonly capacities = new Map<string, number>();
  readonly #isKin: (a: string, b: string) => boolean;

  constructor(isKin: (a: string, b: string) => boolean) {
    this.#isKin = isKin;
  }

  /** The units of `a` on which `b` could not be granted beside it, were there room for one. */
  conflicts(a: Asked, b: Asked): string[] {
    if (a.holder === b.holder || (a.mode === "shared" && b.mode === "shared")) return [];
    const areKin = this.#isKin(a.holder, b.holder);
    return a.units.filter((left) => {
      return b.units.some((right) => overlaps(left, right) && !(areKin && isPath(left)));
    });
  }

  /** Those for which there is no room beside each other whatever the capacity. */
  exclusions(a: Asked, b: Asked): string[] {
    const mayShare = a.mode === "exclusive" && b.mode === "exclusive";
    return this.conflicts(a, b).filter((unit) => !mayShare || this.capacityOf(unit) === 1);
  }

  capacityOf(unit: string): number {
    return this.capacities.get(unit) ?? 1;
  }

  /** Claims that stand before a waiter. */
  blockersOf(waiter: ClaimSpan, live: Iterable<ClaimSpan>): ClaimSpan[] {
    const all = [...live];
    const standings = this.#standings(waiter, all, aheadOf(waiter, all));
    return [...new Set(standings.flatMap(({ before }) => before))];
  }

  /** Whether any claim stands before a request that comes after all of them. */
  hasBlockers(asked: Asked, live: readonly ClaimSpan[]): boolean {
    return this.#standings(asked, live, live).length > 0;
  }

  needsOf(waiter: ClaimSpan, live: Iterable<ClaimSpan>): Need[] {
    const all = [...live];
    return this.#standings(waiter, all, aheadOf(waiter, all)).map(({ before, count }) => {
      return { holders: holdersOf(before), count };
    });
  }

  /** What stands before a waiter at each of its units. */
  #standings(waiter: Asked, live: readonly ClaimSpan[], ahead: readonly ClaimSpan[]): Standing[] {
    return waiter.units
      .flatMap((unit) => {
        const rivals = ahead.filter((claim) => this.conflicts(waiter, claim).includes(unit));
        const isSharing = (claim: ClaimSpan) => {
          return claim.mode === "exclusive" && waiter.mode === "exclusive";
        };
        const sharing = rivals.filter(isSharing);
        const others = rivals.filter((claim) => !isSharing(claim));
        const all = [...others, ...pausesOf(unit, { holder: waiter.holder, live })];
        return [
          { before: all, count: holdersOf(all).length },
          { before: sharing, count: holdersOf(sharing).length - this.capacityOf(unit) + 1 },
        ];
      })
      .filter(({ count }) => count > 0);
  }
}

/** Pause-locks of a feature in other hands, held or waited for. */
export function pausesOf(
  unit: string,
  { holder, live }: { readonly holder: string | null; readonly live: Iterable<ClaimSpan> },
): ClaimSpan[] {
  if (!unit.startsWith("feature:")) return [];
  return [...live].filter((claim) => {
    return claim.holder !== holder && claim.units.includes(`${unit}:pause`);
  });
}

/** Each once: a holder takes one place with all its claims. */
function holdersOf(claims: readonly ClaimSpan[]): string[] {
  return [...new Set(claims.map(({ holder }) => holder))];
}

function aheadOf(waiter: ClaimSpan, live: readonly ClaimSpan[]): ClaimSpan[] {
  return live.filter((claim) => claim.fence !== null || isAhead(claim, waiter));
}

/** Of two waiters, the one that asked first, where urgency counts as time. */
export function isAhead(a: ClaimSpan, b: ClaimSpan): boolean {
  const rank = (claim: ClaimSpan) => claim.sinceMs + claim.priority * ageingStepMs;
  return rank(a) - rank(b) < 0 || (rank(a) === rank(b) && a.seq < b.seq);
}

function isPath(unit: string): boolean {
  return unit.startsWith("file:") || unit.startsWith("dir:");
}
