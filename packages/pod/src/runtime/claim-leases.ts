/**
 * How long this pod may trust its grants without asking. A lease is counted from before its
 * question was sent, on both clocks, and ends ahead of the coordinator's deadline: the monotonic
 * clock stands still while a machine sleeps, the wall clock can be set back.
 */
import {
  ancestorsOf,
  type ClaimId,
  type ClaimView,
  defaultClaimTtlMs,
  type UnitKey,
} from "@podlane/protocol";

/** Room for an answer on its way and for clocks that run apart. */
const leaseMargin = 0.1;
/** What a renewal gives. */
export const renewedLeaseMs = defaultClaimTtlMs * (1 - leaseMargin);
/** A grant answered again may be half over: the coordinator only renews it from there on. */
export const grantedLeaseMs = renewedLeaseMs / 2;

export interface Instant {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export interface HeldClaim {
  readonly id: ClaimId;
  readonly units: readonly UnitKey[];
  readonly askedAt: Instant;
  readonly leaseMs: number;
}

export class ClaimLeases {
  readonly #now: () => Instant;
  readonly #held = new Map<ClaimId, HeldClaim>();

  constructor(now: () => Instant) {
    this.#now = now;
  }

  get size(): number {
    return this.#held.size;
  }

  /** A grant; `askedAt` is when the question that it answers was sent. */
  add({ id, units }: ClaimView, askedAt: Instant): void {
    this.#held.set(id, { id, units: units as UnitKey[], askedAt, leaseMs: grantedLeaseMs });
  }

  /** The answer to a renewal asked for at `askedAt`: what is not named is no longer held. */
  renewed(ids: readonly ClaimId[], askedAt: Instant, asked: ReadonlySet<ClaimId>): void {
    const named = new Set(ids);
    for (const claim of this.#held.values()) {
      if (!asked.has(claim.id)) continue;
      if (!named.has(claim.id)) this.#held.delete(claim.id);
      else this.#held.set(claim.id, { ...claim, askedAt, leaseMs: renewedLeaseMs });
    }
  }

  /** The claims held now, run out or not. */
  ids(): ReadonlySet<ClaimId> {
    return new Set(this.#held.keys());
  }

  /** Whether this claim is held and its lease has not run out. */
  stands(id: ClaimId): boolean {
    const claim = this.#held.get(id);
    return claim !== undefined && this.#leftMs(claim) > 0;
  }

  /** The shortest time that any lease has left, 0 for one that ran out; null: nothing is held. */
  shortestLeftMs(): number | null {
    const left = [...this.#held.values()].map((claim) => this.#leftMs(claim));
    return left.length === 0 ? null : Math.max(0, Math.min(...left));
  }

  /** A held `dir:` covers what lies beneath it; a file never covers its folder. */
  covers(unit: UnitKey): boolean {
    const covering = [unit, ...ancestorsOf(unit)];
    for (const claim of this.#held.values()) {
      if (this.#leftMs(claim) <= 0) continue;
      if (claim.units.some((held) => covering.includes(held))) return true;
    }
    return false;
  }

  drop(id: ClaimId): void {
    this.#held.delete(id);
  }

  clear(): void {
    this.#held.clear();
  }

  #leftMs({ askedAt, leaseMs }: HeldClaim): number {
    const { monotonicMs, wallMs } = this.#now();
    const passedMs = Math.max(monotonicMs - askedAt.monotonicMs, wallMs - askedAt.wallMs);
    return leaseMs - passedMs;
  }
}
