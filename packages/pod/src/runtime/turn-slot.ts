/**
 * A turn's slot: asked of the coordinator, given up while the turn waits, asked for again. A turn
 * that waits for a claim or a child must not hold what the other needs to run.
 */
import {
  type Generation,
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
  /** Waits under way in this turn; the slot is given up by the first, asked for by the last. */
  #waits = 0;
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
    this.#waits += 1;
    try {
      const yielded = await this.#yield(held.turn, waiting, signal);
      if (!yielded.ok) return yielded;
      this.#isGivenUp = true;
      this.#options.onWaiting(waiting);
      return await wait();
    } finally {
      this.#waits -= 1;
      const isLast = this.#waits === 0 && this.#isGivenUp && this.#turn === held;
      if (isLast && !signal.aborted) await this.#resume(held, signal);
    }
  }

  #yield(turn: number, waiting: Waiting, signal: AbortSignal): Promise<Outcome<object>> {
    const { pod, generation, coordinator } = this.#options;
    return coordinator.insist("pod.turn_yield", { pod, generation, turn, waiting }, { signal });
  }

  async #resume(held: HeldTurn, signal: AbortSignal): Promise<void> {
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
