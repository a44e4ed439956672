/**
 * One step in the making: the state so far and the effects asked for. It lives for one call of
 * `step` and never leaves it.
 */
import { accepted, refused } from "@podlane/protocol";
import type {
  CommandId,
  ErrorCode,
  NewHistoryItem,
  PodEventBody,
  Receipt,
} from "@podlane/protocol";
import type { Effect } from "./effect.ts";
import type { TimerName } from "./input.ts";
import type { SavedValue, SessionRecord } from "./record.ts";
import type { PodCoreState } from "./state.ts";

/** Whom a reply goes to; with a command id, a repeat of the command gets the same answer. */
export interface Asker {
  readonly requestId: string;
  readonly commandId: CommandId | null;
}

export class Draft {
  state: PodCoreState;
  readonly nowMs: number;
  readonly #durable: Effect[] = [];
  readonly #after: Effect[] = [];

  constructor(state: PodCoreState, nowMs: number) {
    this.state = state;
    this.nowMs = nowMs;
  }

  set(change: Partial<PodCoreState>): void {
    this.state = { ...this.state, ...change };
  }

  /** An effect that runs after the step's transaction. */
  ask(effect: Exclude<Effect, { kind: "persist" | "emit" | "reply" }>): void {
    this.#after.push(effect);
  }

  persist(record: SessionRecord): void {
    this.#durable.push({ kind: "persist", record });
  }

  save(value: SavedValue): void {
    this.persist({ kind: "value_saved", value });
  }

  record(item: NewHistoryItem): void {
    this.persist({ kind: "history_appended", item });
  }

  /** Numbers an event and puts it into the outbox. */
  emit(body: PodEventBody): void {
    const { podId, podName, generation } = this.state.config;
    const seq = this.state.outbox.lastSeq + 1;
    const event = { ...body, podId, podName, generation, seq, at: this.nowMs };
    this.set({ outbox: { ...this.state.outbox, lastSeq: seq } });
    this.#durable.push({ kind: "emit", event });
  }

  answer(asker: Asker, value: unknown): void {
    const { requestId, commandId } = asker;
    if (commandId !== null) this.persist({ kind: "command_answered", commandId, value });
    this.#after.push({ kind: "reply", requestId, outcome: accepted(value) });
  }

  refuse(requestId: string, code: ErrorCode, message: string): void {
    this.#after.push({ kind: "reply", requestId, outcome: refused(code, message) });
  }

  changeReceipt(receipt: Receipt): void {
    this.persist({ kind: "receipt_saved", receipt });
    this.ask({ kind: "receipt_changed", receipt });
  }

  setTimer(name: TimerName, atMs: number): void {
    this.ask({ kind: "set_timer", name, atMs });
  }

  /** What is durable first, the rest in the order it was asked for. */
  finish(): { readonly state: PodCoreState; readonly effects: readonly Effect[] } {
    return { state: this.state, effects: [...this.#durable, ...this.#after] };
  }
}
