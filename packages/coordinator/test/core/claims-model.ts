/**
 * Claims as the contract says them, and nothing else: one list, looked at from end to end for every
 * question. Slow, without an index or a queue, and obviously right.
 */
import { unitsOverlap } from "@podlane/protocol";
import type { AcquireClaim, ClaimMode, UnitKey } from "@podlane/protocol";
import { claimAgeingStepMs, grantAcceptMs } from "../../src/core/limits.ts";
import { unitKeysOf } from "../../src/core/claims/unit-cache.ts";

interface ModelClaim {
  readonly id: string;
  readonly seq: number;
  readonly holder: string;
  readonly units: readonly UnitKey[];
  readonly mode: ClaimMode;
  readonly ttlMs: number;
  readonly rank: number;
  isGranted: boolean;
  expiresAtMs: number;
  acceptByMs: number;
  waitUntilMs: number;
}

type Asked = Pick<ModelClaim, "seq" | "holder" | "units" | "mode" | "rank">;

export class ClaimsModel {
  claims: ModelClaim[] = [];
  readonly capacities = new Map<UnitKey, number>();
  nowMs: number;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  /** Answers "granted", "queued" or the code of the refusal; `seq` is that of the next event. */
  acquire(holder: string, params: AcquireClaim, seq: number): string {
    const keys = unitKeysOf(params.units);
    if (!keys.ok) return keys.error.code;
    const { mode, ttlMs, priority, wait } = params;
    const own = this.claims.find((claim) => this.#answers(claim, holder, keys.value, mode));
    if (own !== undefined) return this.#refresh(own, ttlMs);
    const rank = this.nowMs + priority * claimAgeingStepMs;
    const asked = { seq, holder, units: keys.value, mode, rank };
    const isFree = !this.#isBlocked(asked);
    if (!isFree && wait === "none") return "conflict";
    if (this.#wouldBeStuck(asked, isFree)) return "deadlock";
    const claim = { ...asked, id: `c${seq}`, ttlMs, isGranted: isFree };
    const expiresAtMs = isFree ? this.nowMs + ttlMs : Infinity;
    const waitUntilMs = isFree || wait === "none" ? Infinity : this.nowMs + wait.deadlineMs;
    this.claims.push({ ...claim, expiresAtMs, acceptByMs: Infinity, waitUntilMs });
    return isFree ? "granted" : "queued";
  }

  release(id: string, holder: string): string {
    const claim = this.claims.find((one) => one.id === id && one.holder === holder);
    if (claim === undefined || claim.expiresAtMs <= this.nowMs) return "stale_token";
    this.#end(claim);
    return "released";
  }

  renew(holder: string): void {
    for (const claim of this.claims.filter((one) => one.holder === holder && one.isGranted)) {
      if (claim.expiresAtMs <= this.nowMs) this.#end(claim);
      else claim.expiresAtMs = this.nowMs + claim.ttlMs;
    }
    this.settle();
  }

  accept(id: string): void {
    const claim = this.claims.find((one) => one.id === id);
    if (claim !== undefined && claim.acceptByMs > this.nowMs) claim.acceptByMs = Infinity;
  }

  /** Time passes by ticks of a second. */
  pass(ms: number): void {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs;) {
      this.nowMs = Math.min(endMs, this.nowMs + 1_000);
      this.#tick();
    }
  }

  #tick(): void {
    const isDue = (one: ModelClaim) =>
      Math.min(one.expiresAtMs, one.acceptByMs, one.waitUntilMs) <= this.nowMs;
    this.claims = this.claims.filter((claim) => !isDue(claim));
    this.settle();
  }

  /** Grants whoever nothing stands before, until nobody is left. */
  settle(): void {
    for (;;) {
      const ready = this.claims.find((claim) => !claim.isGranted && !this.#isBlocked(claim));
      if (ready === undefined) return;
      ready.isGranted = true;
      ready.waitUntilMs = Infinity;
      ready.expiresAtMs = this.nowMs + ready.ttlMs;
      ready.acceptByMs = this.nowMs + grantAcceptMs;
    }
  }

  #end(claim: ModelClaim): void {
    this.claims = this.claims.filter((one) => one !== claim);
    this.settle();
  }

  #refresh(own: ModelClaim, ttlMs: number): string {
    if (!own.isGranted) return "queued";
    own.acceptByMs = Infinity;
    const isHalfOver = (own.expiresAtMs - this.nowMs) * 2 <= Math.min(ttlMs, own.ttlMs);
    if (isHalfOver) this.renew(own.holder);
    return "granted";
  }

  #answers(claim: ModelClaim, holder: string, units: readonly UnitKey[], mode: ClaimMode): boolean {
    if (claim.holder !== holder || claim.expiresAtMs <= this.nowMs) return false;
    if (mode === "exclusive" && claim.mode === "shared") return false;
    const isIn = (outer: UnitKey, unit: UnitKey) =>
      outer === unit || (isDirectory(outer) && unitsOverlap(outer, unit) && !isAbove(unit, outer));
    return units.every((unit) => claim.units.some((outer) => isIn(outer, unit)));
  }

  #isBlocked(asked: Asked): boolean {
    return this.#needsOf(asked).some(({ from, count }) => from.length >= count && count > 0);
  }

  /** For each unit: who stands before it, and how many of them must go. */
  #needsOf(asked: Asked): { from: ModelClaim[]; count: number }[] {
    const others = this.claims.filter((claim) => claim.holder !== asked.holder);
    const isAhead = (claim: ModelClaim) =>
      claim.isGranted ||
      claim.rank < asked.rank ||
      (claim.rank === asked.rank && claim.seq < asked.seq);
    return asked.units.flatMap((unit) => {
      const clashing = others.filter(
        (claim) =>
          isAhead(claim) &&
          !(claim.mode === "shared" && asked.mode === "shared") &&
          claim.units.some((other) => unitsOverlap(unit, other)),
      );
      const pauses = others.filter((claim) => claim.units.some((one) => one === `${unit}:pause`));
      const alike = clashing.filter((one) => one.mode === "exclusive" && asked.mode === one.mode);
      // A holder takes one place with all its claims.
      const peers = [...new Map(alike.map((one) => [one.holder, one])).values()];
      const rest = [...clashing.filter((one) => !alike.includes(one)), ...pauses];
      const mustGo = Math.max(0, peers.length - (this.capacities.get(unit) ?? 1) + 1);
      return [
        { from: peers, count: mustGo },
        { from: rest, count: rest.length },
      ];
    });
  }

  /** Whether somebody could never go on, were the request there too. */
  #wouldBeStuck(asked: Asked, isFree: boolean): boolean {
    const waiting: Asked[] = this.claims.filter((claim) => !claim.isGranted);
    const added = { ...asked, id: "new", ttlMs: 1, isGranted: isFree };
    const never = { expiresAtMs: Infinity, acceptByMs: Infinity, waitUntilMs: Infinity };
    const before = this.claims;
    this.claims = [...before, { ...added, ...never }];
    const open = new Map<string, { from: ModelClaim[]; count: number }[]>();
    for (const claim of isFree ? waiting : [...waiting, asked]) {
      open.set(claim.holder, [...(open.get(claim.holder) ?? []), ...this.#needsOf(claim)]);
    }
    this.claims = before;
    const isMet = ({ from, count }: { from: ModelClaim[]; count: number }) =>
      from.filter((claim) => !open.has(claim.holder)).length >= count;
    for (let size = -1; size !== open.size;) {
      size = open.size;
      for (const [holder, needs] of open) if (needs.every(isMet)) open.delete(holder);
    }
    return open.size > 0;
  }
}

function isDirectory(unit: UnitKey): boolean {
  return unit.startsWith("dir:");
}

/** Whether one directory lies above another. */
function isAbove(upper: UnitKey, lower: UnitKey): boolean {
  if (!isDirectory(upper) || upper === lower) return false;
  return upper === "dir:." || lower.startsWith(`${upper}/`);
}
