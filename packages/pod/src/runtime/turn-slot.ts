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
import { openWait } from "../open-wait.ts";

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
  /** The wait is over as soon as one of them is; absent: when all are. */
  readonly mode?: "any";
  /** Aborted when the turn ends. */
  readonly signal: AbortSignal;
}

/** One turn's part in it. What still waits when its turn is over must not touch the next one's. */
interface HeldTurn {
  readonly turn: number;
  readonly cause: TurnCause;
  /** Calls that wait or are about to; the slot is asked for by the last. */
  waiters: number;
  /** Waits under way, oldest first: what the coordinator has been told. */
  waits: readonly Waiting[];
  /** One statement of waits at a time: the coordinator keeps the last that it hears. */
  stated: Promise<unknown>;
  isGivenUp: boolean;
  /** Settles the resumed wait that an admission is for. */
  admit: (() => void) | null;
  /** Until it resolves there is no slot that another wait could give up. */
  resumed: Promise<void>;
}

function newTurn(turn: number, cause: TurnCause): HeldTurn {
  const now = Promise.resolve();
  const state = { waiters: 0, waits: [], isGivenUp: false, admit: null };
  return { turn, cause, ...state, stated: now, resumed: now };
}

/** As many as the protocol's `Waiting` may name. */
const maxNamed = 64;

export class TurnSlot {
  readonly #options: TurnSlotOptions;
  #held: HeldTurn | null = null;

  constructor(options: TurnSlotOptions) {
    this.#options = options;
  }

  /** Asks for a slot until one is given; the answer may come later as an admission. */
  async request(turn: number, cause: TurnCause, resumed: boolean): Promise<boolean> {
    // Asked for again, a turn is still the one whose waits are under way.
    if (this.#held?.turn !== turn) this.#held = newTurn(turn, cause);
    return this.#ask({ turn, cause }, resumed);
  }

  /** Takes an admission from the log; true if a resumed wait of that turn was waiting for it. */
  takeAdmission(turn: number): boolean {
    const held = this.#held;
    if (held?.turn !== turn || held.admit === null) return false;
    held.admit();
    return true;
  }

  /** An admission may have been told to the connection that was lost: asks again. */
  coordinatorFound(): void {
    if (this.#held !== null && this.#held.admit !== null) void this.#askAgain(this.#held);
  }

  end(): void {
    const held = this.#held;
    this.#held = null;
    held?.admit?.();
  }

  /**
   * Runs `wait` without a slot. Refused `deadlock`, with the cycle, before anything waits.
   * Outside a turn there is no slot to give up, and the wait just runs. A wait that is aborted
   * ends its turn, so it does not queue for the slot again.
   */
  async whileWaiting<T>(
    { reason, on, mode, signal }: SlotWait,
    wait: () => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    const held = this.#held;
    if (held === null) return wait();
    const waiting: Waiting = {
      reason,
      on: on.slice(0, maxNamed),
      ...(mode === undefined ? {} : { mode }),
      sinceMs: this.#options.nowMs(),
    };
    held.waiters += 1;
    try {
      await held.resumed;
      const yielded = await this.#state(held, (waits) => [...waits, waiting], signal);
      if (!yielded.ok) return yielded;
      held.isGivenUp = true;
      this.#show(held, waiting);
      return await wait();
    } finally {
      held.waiters -= 1;
      if (held.waiters === 0 && held.isGivenUp) {
        held.isGivenUp = false;
        held.waits = [];
        held.resumed = this.#resume(held, signal);
        await held.resumed;
      } else void this.#state(held, (waits) => waits.filter((other) => other !== waiting), signal);
    }
  }

  /**
   * Tells the coordinator all that the turn waits for, once earlier statements are answered. What
   * is refused never was: the waits beside it stay as they are.
   */
  #state(
    held: HeldTurn,
    change: (waits: readonly Waiting[]) => readonly Waiting[],
    signal: AbortSignal,
  ): Promise<Outcome<object>> {
    const stated = held.stated.then(async () => {
      const waits = change(held.waits);
      const [waiting, ...others] = waits;
      const isOver = waiting === undefined || this.#held !== held;
      if (isOver || waits.length === held.waits.length) return accepted({});
      const { pod, generation, coordinator } = this.#options;
      const beside = others.slice(0, maxWaitsBeside);
      const params = { pod, generation, turn: held.turn, waiting, beside };
      const outcome = await coordinator.insist("pod.turn_yield", params, { signal });
      if (outcome.ok) held.waits = waits;
      return outcome;
    });
    held.stated = stated.catch(() => undefined);
    return stated;
  }

  /** Resolves with the slot, or when the turn is over. */
  async #resume(held: HeldTurn, signal: AbortSignal): Promise<void> {
    if (this.#held !== held || signal.aborted) return;
    this.#show(held, { reason: "admission", on: [], sinceMs: this.#options.nowMs() });
    const admission = openWait<void>({
      signal,
      aborted: () => undefined,
      onEnd: () => void (held.admit = null),
    });
    held.admit = () => admission.settle();
    // Not awaited: without a coordinator the question outlives the turn that is cancelled.
    void this.#askAgain(held);
    await admission.promise;
    if (!signal.aborted) this.#show(held, null);
  }

  async #askAgain(held: HeldTurn): Promise<void> {
    if (await this.#ask(held, true)) held.admit?.();
  }

  #show(held: HeldTurn, waiting: Waiting | null): void {
    if (this.#held === held) this.#options.onWaiting(waiting);
  }

  async #ask(
    { turn, cause }: Pick<HeldTurn, "turn" | "cause">,
    resumed: boolean,
  ): Promise<boolean> {
    const { pod, generation, coordinator, onRefused } = this.#options;
    const params = { pod, generation, turn, cause, resumed };
    const outcome = await coordinator.insist("pod.turn_request", params);
    if (!outcome.ok) onRefused(outcome.error);
    return outcome.ok && outcome.value.admitted;
  }
}
