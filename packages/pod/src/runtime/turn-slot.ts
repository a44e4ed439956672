/**
 * A turn's slot: asked of the coordinator, given up while the turn waits, asked for again. A turn
 * that waits for a claim or a child must not hold what the other needs to run.
 */
import {
  accepted,
  type Generation,
  maxWaitsBeside,
  type Outcome,
  type PodId,
  type Refusal,
  type TurnCause,
  type Waiting,
  type WaitReason,
} from "@podlane/protocol";
import type { CoordinatorLink } from "../link/coordinator-link.ts";

export interface TurnSlotOptions {
  readonly pod: PodId;
  readonly generation: Generation;
  readonly coordinator: Pick<CoordinatorLink, "insist">;
  readonly onWaiting: (waiting: Waiting | null) => void;
  /** The log wants no such turn: the pod is told to leave, or this generation is over. */
  readonly onRefused: (refusal: Refusal) => void;
  readonly nowMs: () => number;
}

export interface SlotWait {
  readonly reason: WaitReason;
  /** Whom or what the turn waits for, by id. */
  readonly on: readonly string[];
  /** Aborted when the turn ends. */
  readonly signal: AbortSignal;
}

interface HeldTurn {
  readonly turn: number;
  readonly cause: TurnCause;
}

export class TurnSlot {
  readonly #options: TurnSlotOptions;
  #turn: HeldTurn | null = null;
  /** Under way in this turn, oldest first; the first gives the slot up, the last asks for it. */
  #waits: readonly Waiting[] = [];
  /** One statement of waits at a time: the coordinator keeps the last that it hears. */
  #stated: Promise<unknown> = Promise.resolve();
  #isGivenUp = false;
  #admitted: (() => void) | null = null;

  constructor(options: TurnSlotOptions) {
    this.#options = options;
  }

  /** Asks for a slot until one is given; the answer may come later as an admission. */
  async request(turn: number, cause: TurnCause, resumed: boolean): Promise<boolean> {
    this.#turn = { turn, cause };
    return this.#ask({ turn, cause }, resumed);
  }

  /** Takes an admission from the log; true if a resumed wait was waiting for it. */
  takeAdmission(): boolean {
    const admitted = this.#admitted;
    this.#admitted = null;
    admitted?.();
    return admitted !== null;
  }

  /** An admission may have been told to the connection that was lost: asks again. */
  coordinatorFound(): void {
    if (this.#turn !== null && this.#admitted !== null) void this.#askAgain(this.#turn);
  }

  end(): void {
    this.#turn = null;
    this.#waits = [];
    this.#isGivenUp = false;
  }

  /**
   * Runs `wait` without a slot. Refused `deadlock`, with the cycle, before anything waits.
   * Outside a turn there is no slot to give up, and the wait just runs. A wait that is aborted
   * ends its turn, so it does not queue for the slot again.
   */
  async whileWaiting<T>(
    { reason, on, signal }: SlotWait,
    wait: () => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    const held = this.#turn;
    if (held === null) return wait();
    const waiting: Waiting = { reason, on: on.slice(0, 64), sinceMs: this.#options.nowMs() };
    try {
      const yielded = await this.#inTurn(() => this.#begin(held, waiting, signal));
      if (!yielded.ok) return yielded;
      this.#isGivenUp = true;
      this.#options.onWaiting(waiting);
      return await wait();
    } finally {
      await this.#endWait(held, waiting, signal);
    }
  }

  /** Refused waits never were: what goes on beside them stays stated. */
  async #begin(held: HeldTurn, waiting: Waiting, signal: AbortSignal): Promise<Outcome<object>> {
    const waits = [...this.#waits, waiting];
    const stated = await this.#state(held, waits, signal);
    if (stated.ok) this.#waits = waits;
    return stated;
  }

  async #endWait(held: HeldTurn, waiting: Waiting, signal: AbortSignal): Promise<void> {
    const waits = this.#waits.filter((other) => other !== waiting);
    const hasEnded = waits.length < this.#waits.length;
    this.#waits = waits;
    if (!this.#isGivenUp || this.#turn !== held || signal.aborted) return;
    if (waits.length === 0) await this.#inTurn(() => this.#resume(held, signal));
    else if (hasEnded) void this.#inTurn(() => this.#state(held, this.#waits, signal));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#stated.then(work);
    this.#stated = done.catch(() => undefined);
    return done;
  }

  #state(
    { turn }: HeldTurn,
    [waiting, ...beside]: readonly Waiting[],
    signal: AbortSignal,
  ): Promise<Outcome<object>> {
    if (waiting === undefined) return Promise.resolve(accepted({}));
    const { pod, generation, coordinator } = this.#options;
    const params = { pod, generation, turn, waiting, beside: beside.slice(0, maxWaitsBeside) };
    return coordinator.insist("pod.turn_yield", params, { signal });
  }

  async #resume(held: HeldTurn, signal: AbortSignal): Promise<void> {
    // Another wait may have begun before its turn came: then that one asks for the slot.
    if (this.#waits.length > 0 || !this.#isGivenUp) return;
    this.#isGivenUp = false;
    const { promise: admission, resolve } = Promise.withResolvers<void>();
    this.#admitted = resolve;
    signal.addEventListener("abort", () => resolve(), { once: true });
    const { onWaiting, nowMs } = this.#options;
    onWaiting({ reason: "admission", on: [], sinceMs: nowMs() });
    await this.#askAgain(held);
    await admission;
    this.#admitted = null;
    onWaiting(null);
  }

  async #askAgain(held: HeldTurn): Promise<void> {
    if (await this.#ask(held, true)) this.takeAdmission();
  }

  async #ask({ turn, cause }: HeldTurn, resumed: boolean): Promise<boolean> {
    const { pod, generation, coordinator, onRefused } = this.#options;
    const params = { pod, generation, turn, cause, resumed };
    const outcome = await coordinator.insist("pod.turn_request", params);
    if (!outcome.ok) onRefused(outcome.error);
    return outcome.ok && outcome.value.admitted;
  }
}
