/**
 * One batch in the making: commands decided one after another, each on what those before it
 * changed.
 * The draft is the fold's own state plus its undo list; it is kept or taken back as a whole.
 */
import { accepted, refused } from "@podlane/protocol";
import type { Outcome } from "@podlane/protocol";
import { evolveCommandIds, findAnswer, type FirstAnswer } from "../core/command-ids.ts";
import type { Command, DecideContext, Decision } from "../core/command.ts";
import { type LogEvent, type NewEvent, toldByEvent } from "../core/event.ts";
import { tickMethod } from "../core/rules.ts";
import { maxCommandChars, maxConsequenceRounds } from "../limits.ts";
import { encodeEvent } from "../log/encoding.ts";
import { sealBatch } from "../log/hash-chain.ts";
import type { Batch } from "../log/log.ts";
import type { Fold } from "./fold.ts";

export class Draft<State> {
  readonly #fold: Fold<State>;
  readonly #events: LogEvent[] = [];
  readonly #texts: string[] = [];
  #chars = 0;

  constructor(fold: Fold<State>) {
    this.#fold = fold;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  /** About the size of the batch so far. */
  get chars(): number {
    return this.#chars;
  }

  /**
   * Answers one command at the log time given. The answer holds only if the draft is kept. A repeat
   * of what is durable already has its answer on the log.
   */
  answer(command: Command, nowMs: number): Outcome<unknown> | FirstAnswer {
    const { rules, state, commandIds } = this.#fold;
    if (rules.isQuery(command.method)) return rules.read(state, command, { nowMs });
    const id = command.commandId;
    const known = id === undefined ? undefined : findAnswer(commandIds, id, command.actor);
    if (known === undefined) return this.#decide(command, nowMs);
    const first = "seq" in known && this.#events[known.seq - this.#fold.head.seq - 1];
    return first ? accepted(this.#fold.answerOf(first)) : known;
  }

  /** The record to append after the fold's head. */
  seal(): Batch {
    return sealBatch(this.#fold.head, this.#events, this.#texts);
  }

  #decide(command: Command, nowMs: number): Outcome<unknown> {
    const { rules, state, undo } = this.#fold;
    const mark = undo.mark();
    const first = this.#events.length;
    const decision = rules.decide(state, command, this.#context(nowMs, command));
    if (decision.events !== undefined) this.#evolve(decision.events, command, nowMs);
    // Time alone may have consequences; anything else has them only through its events.
    if (this.#events.length > first || command.method === tickMethod) this.#advance(command, nowMs);
    const outcome = this.#conclude(decision, first);
    if (this.#encode(first)) return outcome;
    undo.rollbackTo(mark);
    this.#events.length = first;
    this.#texts.length = first;
    return refused(
      "too_large",
      `${command.method} makes more than ${maxCommandChars} characters of events; ` +
        "split it, or pass large content as an artifact",
    );
  }

  #conclude(decision: Decision<State>, first: number): Outcome<unknown> {
    if (!decision.ok) return { ok: false, error: decision.error };
    if (decision.answer === toldByEvent) {
      const teller = this.#events[first] as LogEvent;
      this.#record(teller, toldByEvent);
      return accepted(this.#fold.rules.tell(this.#fold.state, teller));
    }
    const answer = decision.answer(this.#fold.state) ?? null;
    if (this.#events.length > first) this.#record(this.#events.at(-1) as LogEvent, answer);
    return accepted(answer);
  }

  #record(event: LogEvent, answer: unknown): void {
    if (event.commandId === undefined) return;
    event.answer = answer;
    evolveCommandIds(this.#fold.commandIds, event, this.#fold.undo);
  }

  #advance(command: Command, nowMs: number): void {
    const { rules, state } = this.#fold;
    for (let round = 0; round < maxConsequenceRounds; round += 1) {
      const news = rules.advance(state, this.#context(nowMs, command));
      if (news.length === 0) return;
      this.#evolve(news, command, nowMs);
    }
    throw new Error(`${command.method} has consequences after ${maxConsequenceRounds} rounds`);
  }

  #evolve(news: readonly NewEvent[], command: Command, nowMs: number): void {
    const { actor, commandId } = command;
    for (const { kind, subject, data, v = 1 } of news) {
      const seq = this.#nextSeq();
      const event: LogEvent =
        commandId === undefined
          ? { seq, atMs: nowMs, v, kind, subject, actor, data }
          : { seq, atMs: nowMs, v, kind, subject, actor, commandId, data };
      this.#fold.evolve(event);
      this.#events.push(event);
    }
  }

  /** Encodes the command's events at once, while they are what was decided; false if too large. */
  #encode(first: number): boolean {
    let chars = 0;
    for (let index = first; index < this.#events.length; index += 1) {
      const text = encodeEvent(this.#events[index] as LogEvent);
      this.#texts.push(text);
      chars += text.length;
    }
    if (chars > maxCommandChars) return false;
    this.#chars += chars;
    return true;
  }

  #nextSeq(): number {
    return this.#fold.head.seq + this.#events.length + 1;
  }

  #context(nowMs: number, { commandId, nearHost }: Command): DecideContext {
    return {
      nowMs,
      nextSeq: this.#nextSeq(),
      ...(commandId === undefined ? {} : { commandId }),
      ...(nearHost === undefined ? {} : { nearHost }),
    };
  }
}
