/**
 * The shell around the controller: every input goes through `dispatch`, whose records become
 * durable in one transaction before any effect runs. Holds no rule.
 */
import { type HistoryItem, type Outcome, type PodEvent, refused } from "@podlane/protocol";
import { step } from "../core/controller.ts";
import type { Effect } from "../core/effect.ts";
import type { Input } from "../core/input.ts";
import type { PodCoreState } from "../core/state.ts";
import { commitStep } from "../session/commit-step.ts";
import type { Session } from "../session/session.ts";

/** Runs one effect of a step that is durable already. Must not throw and must not wait. */
export type Perform = (effect: Effect) => void;

export interface ControllerOptions {
  readonly state: PodCoreState;
  readonly session: Session;
  readonly nowMs: () => number;
}

/** What the loop drives. Each of them gives inputs back, so they are made after it. */
export interface DrivenParts {
  readonly perform: Perform;
  /** These are in the outbox now. */
  readonly onEmit: (events: readonly PodEvent[]) => void;
  /** After each step, with what it made durable and how history grew by it. */
  readonly onStep: (effects: readonly Effect[], written: readonly HistoryItem[]) => void;
}

const leaving = refused("unavailable", "the pod is leaving");

export class ControllerLoop {
  readonly #options: ControllerOptions;
  #driven: DrivenParts | null = null;
  #state: PodCoreState;
  /** Inputs that an effect gave back while a step was being carried out. */
  readonly #queue: Input[] = [];
  #busy = false;
  #closed = false;
  readonly #replies = new Map<string, (outcome: Outcome<unknown>) => void>();
  #requests = 0;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#state = options.state;
  }

  /** Once, before the first input. */
  drive(driven: DrivenParts): void {
    this.#driven = driven;
  }

  get state(): PodCoreState {
    return this.#state;
  }

  dispatch(input: Input): void {
    // The session is closed behind it: a late timer or answer has nowhere to be recorded.
    if (this.#closed) return;
    this.#queue.push(input);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        this.#carryOut(next);
      }
    } finally {
      this.#busy = false;
    }
  }

  /** Dispatches an input that is answered by a `reply`. */
  request(make: (requestId: string) => Input): Promise<Outcome<unknown>> {
    if (this.#closed) return Promise.resolve(leaving);
    this.#requests += 1;
    const requestId = String(this.#requests);
    return new Promise((resolve) => {
      this.#replies.set(requestId, resolve);
      this.dispatch(make(requestId));
    });
  }

  /** Answers whoever still waits; nothing is dispatched afterwards. */
  close(): void {
    this.#closed = true;
    for (const reply of this.#replies.values()) reply(leaving);
    this.#replies.clear();
  }

  #carryOut(input: Input): void {
    if (this.#driven === null) throw new Error(`nothing is driven yet, and ${input.kind} came`);
    const { session, nowMs } = this.#options;
    const { onEmit, onStep, perform } = this.#driven;
    const { state, effects } = step(this.#state, input, nowMs());
    const { rest, written } = commitStep(session, effects, nowMs());
    this.#state = state;
    const emitted = effects.flatMap((effect) => (effect.kind === "emit" ? [effect.event] : []));
    if (emitted.length > 0) onEmit(emitted);
    for (const effect of rest) {
      if (effect.kind === "reply") this.#answer(effect.requestId, effect.outcome);
      else perform(effect);
    }
    onStep(effects, written);
  }

  #answer(requestId: string, outcome: Outcome<unknown>): void {
    this.#replies.get(requestId)?.(outcome);
    this.#replies.delete(requestId);
  }
}
