/**
 * The claims of the running turn: taken for what is about to be written, renewed while the turn
 * lives, ended with it by the coordinator. A write is also checked against the local lease, because
 * the coordinator may be out of reach when it lapses.
 */
import {
  accepted,
  canonicalUnit,
  type ClaimId,
  type ClaimView,
  defaultClaimTtlMs,
  maxDeadlineMs,
  type Outcome,
  type PodSettings,
  refused,
  unitsOverlap,
  type UnitKey,
} from "@podlane/protocol";
import type { CoordinatorLink } from "../link/coordinator-link.ts";
import type { TurnSlot } from "./turn-slot.ts";

/** Grants that overtake the answer which queued them; one acquisition runs at a time. */
const maxEarlyGrants = 64;
/** A lease ends locally this much before the coordinator lets it lapse. */
const leaseMargin = 0.1;

interface HeldClaim {
  readonly id: ClaimId;
  readonly units: readonly UnitKey[];
  readonly fence: number;
  /** Local deadlines; the earlier of the two clocks decides. */
  monotonicMs: number;
  wallMs: number;
}

export interface HeldClaimsOptions {
  readonly coordinator: CoordinatorLink;
  readonly slot: TurnSlot;
  readonly settings: PodSettings;
  readonly priority: number;
  /** A write that goes on without a claim, by a stated choice of the operator. */
  readonly warn: (message: string) => void;
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
}

export class HeldClaims {
  readonly #options: HeldClaimsOptions;
  readonly #held = new Map<ClaimId, HeldClaim>();
  /** Null for a claim that ended while nobody could be told. */
  readonly #awaited = new Map<ClaimId, (outcome: Outcome<ClaimView | null>) => void>();
  /** Grants that came before the answer that queued them was read; taken at once or dropped. */
  readonly #early = new Map<ClaimId, ClaimView>();
  /** One acquisition at a time: two of one pod must not queue behind each other. */
  #last: Promise<unknown> = Promise.resolve();
  #renewal: NodeJS.Timeout | null = null;

  constructor(options: HeldClaimsOptions) {
    this.#options = options;
  }

  /** Finds the units held or takes them; waits in the queue without the turn's slot. */
  async ensure(raw: readonly string[], signal: AbortSignal): Promise<Outcome<void>> {
    const units: UnitKey[] = [];
    for (const text of raw) {
      const unit = canonicalUnit(text);
      if (!unit.ok) return unit;
      units.push(unit.value);
    }
    const turn = this.#last.then(() => this.#take(units, signal));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Whether the leases still stand, asked at the last moment before a write. */
  confirm(raw: readonly string[]): Outcome<void> {
    if (this.#lenient) return accepted(undefined);
    for (const text of raw) {
      const unit = canonicalUnit(text);
      if (!unit.ok) return unit;
      if (!this.#covered(unit.value)) {
        return refused("stale_token", `the claim on ${unit.value} lapsed; claim it again`);
      }
    }
    return accepted(undefined);
  }

  /** A grant came by push: its waiter goes on. */
  takeGrant(claim: ClaimView): void {
    const settle = this.#awaited.get(claim.id);
    if (settle !== undefined) return settle(accepted(claim));
    // Only an answer under way can still ask for it.
    if (this.#early.size < maxEarlyGrants) this.#early.set(claim.id, claim);
  }

  /** A claim ended unasked: nothing is written under it any more. */
  takeLoss(claim: ClaimId): void {
    this.#held.delete(claim);
    this.#awaited.get(claim)?.(accepted(null));
  }

  /** A grant may have been told to the connection that was lost, and have lapsed since. */
  async coordinatorFound(): Promise<void> {
    if (this.#awaited.size === 0) return;
    const listed = await this.#options.coordinator.ask("claim.list", {});
    if (!listed.ok) return;
    const live = new Set(listed.value.claims.map((claim) => claim.id));
    for (const [id, settle] of this.#awaited) if (!live.has(id)) settle(accepted(null));
  }

  /** The turn is over: what was taken for it ends with it on the log, in the same batch. */
  forget(): void {
    if (this.#renewal !== null) clearInterval(this.#renewal);
    this.#renewal = null;
    this.#held.clear();
  }

  get #lenient(): boolean {
    const { settings, coordinator } = this.#options;
    if (settings.claimsMode === "advisory") return true;
    return settings.coordinatorDown === "continue" && !coordinator.connected;
  }

  async #take(units: readonly UnitKey[], signal: AbortSignal): Promise<Outcome<void>> {
    const missing = units.filter((unit) => !this.#covered(unit));
    if (missing.length === 0) return accepted(undefined);
    const taken = await this.#acquire(missing, signal);
    if (taken.ok || taken.error.code === "interrupted" || !this.#lenient) return taken;
    this.#options.warn(`writing without a claim: ${taken.error.message}`);
    return accepted(undefined);
  }

  async #acquire(units: readonly UnitKey[], signal: AbortSignal): Promise<Outcome<void>> {
    const { coordinator, priority, slot, settings } = this.#options;
    const wait =
      settings.claimsMode === "advisory" ? ("none" as const) : { deadlineMs: maxDeadlineMs };
    const until = "turn_end" as const;
    const params = { units: [...units], priority, wait, until };
    const asked = await (settings.coordinatorDown === "continue"
      ? coordinator.ask("claim.acquire", params, { signal })
      : coordinator.insist("claim.acquire", params, { signal }));
    if (!asked.ok) return asked;
    const { claim } = asked.value;
    if (claim.state === "granted") return this.#keep(claim);
    const granted = this.#nextGrant(claim, signal);
    const holders = claim.blockedBy.map((blocker) => blocker.holder as string);
    const waiting = { reason: "claim", on: [claim.id, ...holders], signal } as const;
    const outcome = await slot.whileWaiting(waiting, () => granted);
    if (!outcome.ok) return this.#leaveQueue(claim, outcome);
    // Ended unheard while the coordinator was away: to the end of the queue.
    return outcome.value === null ? this.#acquire(units, signal) : this.#keep(outcome.value);
  }

  #nextGrant(claim: ClaimView, signal: AbortSignal): Promise<Outcome<ClaimView | null>> {
    const early = this.#early.get(claim.id);
    this.#early.clear();
    if (early !== undefined) return Promise.resolve(accepted(early));
    return new Promise((resolve) => {
      const settle = (outcome: Outcome<ClaimView | null>) => {
        this.#awaited.delete(claim.id);
        signal.removeEventListener("abort", giveUp);
        resolve(outcome);
      };
      const giveUp = () =>
        settle(refused("interrupted", `stopped waiting for ${claim.units.join(", ")}`));
      this.#awaited.set(claim.id, settle);
      signal.addEventListener("abort", giveUp, { once: true });
      if (signal.aborted) giveUp();
    });
  }

  /** Nobody waits for it any more: a later grant would hold the units for no one. */
  #leaveQueue(claim: ClaimView, refusal: Outcome<never>): Outcome<never> {
    this.#awaited.get(claim.id)?.(refusal);
    void this.#options.coordinator.insist("claim.release", { claim: claim.id });
    return refusal;
  }

  #keep(claim: ClaimView): Outcome<void> {
    const lease = defaultClaimTtlMs * (1 - leaseMargin);
    this.#held.set(claim.id, {
      id: claim.id,
      units: claim.units as UnitKey[],
      fence: claim.fence ?? 0,
      monotonicMs: this.#options.monotonicMs() + lease,
      wallMs: this.#options.nowMs() + lease,
    });
    this.#renewal ??= setInterval(() => void this.#renew(), defaultClaimTtlMs / 2);
    return accepted(undefined);
  }

  async #renew(): Promise<void> {
    const lease = defaultClaimTtlMs * (1 - leaseMargin);
    const monotonicMs = this.#options.monotonicMs() + lease;
    const wallMs = this.#options.nowMs() + lease;
    const outcome = await this.#options.coordinator.ask("claim.renew", {});
    if (!outcome.ok) return;
    for (const claim of this.#held.values()) Object.assign(claim, { monotonicMs, wallMs });
  }

  /** A held `dir:` covers what lies beneath it; a file never covers its folder. */
  #covered(unit: UnitKey): boolean {
    const { monotonicMs, nowMs } = this.#options;
    for (const claim of this.#held.values()) {
      if (monotonicMs() >= claim.monotonicMs || nowMs() >= claim.wallMs) continue;
      const covers = (held: UnitKey) =>
        held === unit ||
        (held.startsWith("dir:") && unitsOverlap(held, unit) && !isAbove(unit, held));
      if (claim.units.some(covers)) return true;
    }
    return false;
  }
}

/** Whether `unit` is a folder that holds `held`: overlapping, but more than what is held. */
function isAbove(unit: UnitKey, held: UnitKey): boolean {
  return unit.startsWith("dir:") && unit !== held && unit.length < held.length;
}
