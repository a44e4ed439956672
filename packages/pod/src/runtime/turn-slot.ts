/**
 * A turn's slot: asked of the coordinator, given up while the turn waits, asked for again. A turn
 * that waits for a claim or a child must not hold what the other needs to run.
 */
import {
  type Generation,
  type Outcome,
  type PodId,
  type TurnCause,
  type Waiting,
  type WaitReason,
} from "@podlane/protocol";
import type { CoordinatorLink } from "../link/coordinator-link.ts";

export interface TurnSlotOptions {
  readonly pod: PodId;
  readonly generation: Generation;
  readonly coordinator: CoordinatorLink;
  readonly onWaiting: (waiting: Waiting | null) => void;
  readonly nowMs: () => number;
}

interface HeldTurn {
  readonly turn: number;
  readonly cause: TurnCause;
}

export class TurnSlot {
  readonly #options: TurnSlotOptions;
  #turn: HeldTurn | null = null;
  /** Waits under way in this turn; the slot is given up by the first, asked for by the last. */
  #yields = 0;
  #admitted: (() => void) | null = null;

  constructor(options: TurnSlotOptions) {
    this.#options = options;
  }

  /** Asks for a slot until one is given; the answer may come later as an admission. */
  async request(turn: number, cause: TurnCause, resumed: boolean): Promise<boolean> {
    this.#turn = { turn, cause };
    const { pod, generation, coordinator } = this.#options;
    const params = { pod, generation, turn, cause, resumed };
    const outcome = await coordinator.insist("pod.turn_request", params);
    return outcome.ok && outcome.value.admitted;
  }

  /** Takes an admission from the log; true if a resumed wait was waiting for it. */
  takeAdmission(): boolean {
    const admitted = this.#admitted;
    this.#admitted = null;
    admitted?.();
    return admitted !== null;
  }

  end(): void {
    this.#turn = null;
    this.#yields = 0;
  }

  /**
   * Runs `wait` without a slot. Refused `deadlock`, with the cycle, before anything waits.
   * Outside a turn there is no slot to give up, and the wait just runs.
   */
  async whileWaiting<T>(
    reason: WaitReason,
    on: readonly string[],
    wait: () => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    const held = this.#turn;
    if (held === null) return wait();
    const waiting: Waiting = { reason, on: on.slice(0, 64), sinceMs: this.#options.nowMs() };
    const yielded = await this.#yield(held.turn, waiting);
    if (!yielded.ok) return yielded;
    this.#yields += 1;
    this.#options.onWaiting(waiting);
    try {
      return await wait();
    } finally {
      this.#yields -= 1;
      if (this.#yields === 0 && this.#turn === held) await this.#resume(held);
    }
  }

  #yield(turn: number, waiting: Waiting): Promise<Outcome<object>> {
    const { pod, generation, coordinator } = this.#options;
    return coordinator.insist("pod.turn_yield", { pod, generation, turn, waiting });
  }

  async #resume(held: HeldTurn): Promise<void> {
    const admission = new Promise<void>((resolve) => {
      this.#admitted = resolve;
    });
    const sinceMs = this.#options.nowMs();
    this.#options.onWaiting({ reason: "admission", on: [], sinceMs });
    if (await this.request(held.turn, held.cause, true)) this.takeAdmission();
    await admission;
    this.#options.onWaiting(null);
  }
}
