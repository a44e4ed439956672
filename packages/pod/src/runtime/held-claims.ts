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
  type Clock,
  type ErrorCode,
  maxDeadlineMs,
  type Outcome,
  type PodSettings,
  refused,
  type UnitKey,
} from "@podlane/protocol";
import type { CoordinatorLink } from "../link/coordinator-link.ts";
import { ClaimLeases, type Instant } from "./claim-leases.ts";
import { InOrder } from "./in-order.ts";
import { type OpenWait, openWait } from "../open-wait.ts";
import type { TurnSlot } from "./turn-slot.ts";

/** Between renewals that a busy coordinator did not answer: more often would keep it busy. */
const minRenewalPauseMs = 10_000;
/** A renewal refused with another code is over, or is asked for again on a new connection. */
const askAgain: ReadonlySet<ErrorCode> = new Set(["busy", "timeout"]);
/** In spite of these a write may go on where the operator chose so: held by others, no answer. */
const forgivable: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "conflict",
  "deadlock",
  "unavailable",
  "timeout",
  "busy",
]);

export interface HeldClaimsOptions {
  readonly coordinator: Pick<CoordinatorLink, "ask" | "insist" | "connected">;
  readonly slot: Pick<TurnSlot, "whileWaiting">;
  readonly settings: Pick<PodSettings, "claimsMode" | "coordinatorDown">;
  readonly priority: number;
  /** A write that goes on without a claim, by a stated choice of the operator. */
  readonly warn: (message: string) => void;
  readonly clock: Clock;
  readonly wallMs: () => number;
}

/** One acquisition: what it asks for, and the signal that ends it. */
interface Wanted {
  readonly units: readonly UnitKey[];
  readonly signal: AbortSignal;
}

interface Answer {
  readonly claim: ClaimView;
  /** Resolves once the same question may be answered in another way. */
  readonly changed: Promise<Outcome<void>>;
}

export class HeldClaims {
  readonly #options: HeldClaimsOptions;
  readonly #leases: ClaimLeases;
  /** One acquisition at a time: two of one pod must not queue behind each other. */
  readonly #acquisitions = new InOrder();
  /** Aborted by `forget`: what it has ended must not be followed by a late grant. */
  #period = new AbortController();
  /** Settled by whatever may have changed the answer of the acquisition under way. */
  #hint: OpenWait<Outcome<void>> | null = null;
  #cancelRenewal: (() => void) | null = null;

  constructor(options: HeldClaimsOptions) {
    this.#options = options;
    this.#leases = new ClaimLeases(() => this.#now());
  }

  /**
   * Finds the units held or takes them; waits in the queue without the turn's slot. `interrupted`
   * when the signal is aborted or everything is released first.
   */
  async ensure(raw: readonly string[], signal: AbortSignal): Promise<Outcome<void>> {
    const units = canonicalUnits(raw);
    if (!units.ok) return units;
    const either = AbortSignal.any([signal, this.#period.signal]);
    return this.#acquisitions.run(() => this.#take({ units: units.value, signal: either }));
  }

  /** Whether the leases still stand, asked at the last moment before a write. */
  confirm(raw: readonly string[]): Outcome<void> {
    if (this.#lenient) return accepted(undefined);
    const units = canonicalUnits(raw);
    if (!units.ok) return units;
    const lapsed = units.value.find((unit) => !this.#leases.covers(unit));
    if (lapsed === undefined) return accepted(undefined);
    return refused("stale_token", `the claim on ${lapsed} lapsed; claim it again`);
  }

  /** A grant came by push. Only a hint: it may have lapsed, so the answer to a question counts. */
  grantPushed(): void {
    this.#hint?.settle(accepted(undefined));
  }

  /** A grant may have been told to the connection that was lost, and renewals not answered. */
  coordinatorFound(): void {
    this.#hint?.settle(accepted(undefined));
    if (this.#leases.size > 0) void this.#renew();
  }

  /** A claim ended unasked: nothing is written under it, and who waited for it asks again. */
  lost(claim: ClaimId): void {
    this.#leases.drop(claim);
    this.#hint?.settle(accepted(undefined));
  }

  /**
   * The turn is over: ends what is still being asked for and forgets what is held. The coordinator
   * ends what was taken for the turn in the batch that records the turn's end.
   */
  forget(): void {
    this.#period.abort();
    this.#period = new AbortController();
    this.#cancelRenewal?.();
    this.#cancelRenewal = null;
    this.#leases.clear();
  }

  get #lenient(): boolean {
    const { settings, coordinator } = this.#options;
    if (settings.claimsMode === "advisory") return true;
    return settings.coordinatorDown === "continue" && !coordinator.connected;
  }

  async #take({ units, signal }: Wanted): Promise<Outcome<void>> {
    const missing = units.filter((unit) => !this.#leases.covers(unit));
    if (missing.length === 0) return accepted(undefined);
    const taken = await this.#acquire({ units: missing, signal });
    if (signal.aborted) return interrupted(missing);
    if (taken.ok || !forgivable.has(taken.error.code) || !this.#lenient) return taken;
    this.#options.warn(`writing without a claim: ${taken.error.message}`);
    return accepted(undefined);
  }

  /** Asks until what was granted still stands: the answer to a repeat may be an old one. */
  async #acquire(wanted: Wanted): Promise<Outcome<void>> {
    for (;;) {
      const answer = await this.#ask(wanted);
      if (!answer.ok) return answer;
      const granted = await this.#untilGranted(answer.value, wanted);
      if (!granted.ok) return granted;
      if (this.#leases.stands(granted.value.id)) return accepted(undefined);
    }
  }

  /** Waits in the queue without the turn's slot, which is back when this resolves. */
  async #untilGranted(first: Answer, wanted: Wanted): Promise<Outcome<ClaimView>> {
    let { claim, changed } = first;
    if (claim.state === "granted") return accepted(claim);
    const holders = claim.blockedBy.map((blocker) => blocker.holder as string);
    const waiting = { reason: "claim", on: [claim.id, ...holders], signal: wanted.signal } as const;
    const granted = await this.#options.slot.whileWaiting(waiting, async () => {
      while (claim.state === "queued") {
        const hint = await changed;
        if (!hint.ok) return hint;
        const answer = await this.#ask(wanted);
        if (!answer.ok) return answer;
        ({ claim, changed } = answer.value);
      }
      return accepted(claim);
    });
    // Nobody waits for it any more: a later grant would hold the units for no one.
    if (!granted.ok) this.#release(claim);
    return granted;
  }

  async #ask({ units, signal }: Wanted): Promise<Outcome<Answer>> {
    const { coordinator, priority, settings } = this.#options;
    const isAdvisory = settings.claimsMode === "advisory";
    const wait = isAdvisory ? ("none" as const) : { deadlineMs: maxDeadlineMs };
    const until = "turn_end" as const;
    const params = { units: [...units], priority, wait, until };
    // From before the question: a hint may overtake the answer.
    const hint = openWait<Outcome<void>>({ signal, aborted: () => interrupted(units) });
    this.#hint = hint;
    const askedAt = this.#now();
    const asked = await (settings.coordinatorDown === "continue"
      ? coordinator.ask("claim.acquire", params, { signal })
      : coordinator.insist("claim.acquire", params, { signal }));
    if (!asked.ok) return asked;
    const { claim } = asked.value;
    if (signal.aborted) {
      this.#release(claim);
      return interrupted(units);
    }
    if (claim.state === "granted") this.#keep(claim, askedAt);
    return accepted({ claim, changed: hint.promise });
  }

  #keep(claim: ClaimView, askedAt: Instant): void {
    this.#leases.add(claim, askedAt);
    this.#planRenewal();
  }

  /** What somebody claimed beyond the turn is not this turn's to give back. */
  #release({ id, until }: ClaimView): void {
    if (until === "release") return;
    void this.#options.coordinator.insist("claim.release", { claim: id });
  }

  /** At half of the shortest lease, so that one lost renewal does no harm. */
  #planRenewal(): void {
    this.#cancelRenewal?.();
    this.#cancelRenewal = null;
    const leftMs = this.#leases.shortestLeftMs();
    if (leftMs === null) return;
    const delayMs = Math.max(minRenewalPauseMs, leftMs / 2);
    this.#cancelRenewal = this.#options.clock.after(delayMs, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const askedAt = this.#now();
    const asked = this.#leases.ids();
    const outcome = await this.#options.coordinator.ask("claim.renew", {});
    if (outcome.ok) this.#leases.renewed(outcome.value.renewed, askedAt, asked);
    if (outcome.ok || askAgain.has(outcome.error.code)) this.#planRenewal();
  }

  #now(): Instant {
    const { clock, wallMs } = this.#options;
    return { monotonicMs: clock.now(), wallMs: wallMs() };
  }
}

function canonicalUnits(raw: readonly string[]): Outcome<readonly UnitKey[]> {
  const units: UnitKey[] = [];
  for (const text of raw) {
    const unit = canonicalUnit(text);
    if (!unit.ok) return unit;
    units.push(unit.value);
  }
  return accepted(units);
}

function interrupted(units: readonly UnitKey[]): Outcome<never> {
  return refused("interrupted", `stopped waiting for ${units.join(", ")}`);
}
