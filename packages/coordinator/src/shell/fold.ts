/**
 * The state as the log says it is: the domain's state, the answers to repeats and the head they are
 * folded up to. It reads the log and never writes it.
 */
import {
  type CommandIds,
  evolveCommandIds,
  newCommandIds,
  restoreCommandIds,
} from "../core/command-ids.ts";
import { type LogEvent, toldByEvent } from "../core/event.ts";
import type { Rules } from "../core/rules.ts";
import { Undo } from "../core/undo.ts";
import { readPageEvents } from "../limits.ts";
import { checkLink, emptyHead, headOf } from "../log/hash-chain.ts";
import type { Batch, Log, LogHead } from "../log/log.ts";
import type { Snapshot } from "../log/snapshot.ts";

interface Folded<State> {
  readonly state: State;
  readonly commandIds: CommandIds;
}

export class Fold<State> {
  readonly rules: Rules<State>;
  readonly state: State;
  readonly commandIds: CommandIds;
  readonly undo = new Undo();
  /** The last durable batch. A draft on top does not move it. */
  head: LogHead;

  /** Begins at a snapshot of this very code, or before the first event. */
  constructor(rules: Rules<State>, snapshot: Snapshot | null = null) {
    const start = snapshot?.fold as Folded<State> | undefined;
    this.rules = rules;
    this.state = start?.state ?? rules.initial();
    this.commandIds = start === undefined ? newCommandIds() : restoreCommandIds(start.commandIds);
    this.head = snapshot?.head ?? emptyHead;
  }

  /** What it holds now, shared and not copied. To be taken only while there is no draft. */
  snapshot(): Snapshot {
    const { head, state, commandIds } = this;
    return { head, fold: { state, commandIds } satisfies Folded<State> };
  }

  /** Evolves one event, undoably. Its answer, if it has one, must be set before. */
  evolve(event: LogEvent): void {
    this.rules.evolve(this.state, event, this.undo);
    evolveCommandIds(this.commandIds, event, this.undo);
  }

  /** The first answer that an event carries. */
  answerOf(event: LogEvent): unknown {
    if (event.answer !== toldByEvent) return event.answer;
    return this.rules.tell(this.state, event);
  }

  /** Adds a durable batch for good. Throws a `LogFault` unless it comes directly after the head. */
  apply(batch: Batch): void {
    checkLink(this.head, batch);
    for (const event of batch.events) this.evolve(event);
    this.keep(headOf(batch));
  }

  /** The draft on top has become the log's. */
  keep(head: LogHead): void {
    this.undo.forget();
    this.head = head;
  }

  /** Folds everything up to the log's end, calling back after each batch. */
  async catchUp(log: Log, applied: (batch: Batch) => void): Promise<void> {
    for (;;) {
      const batches = await log.read({ fromSeq: this.head.seq + 1, limit: readPageEvents });
      if (batches.length === 0) return;
      for (const batch of batches) {
        this.apply(batch);
        applied(batch);
      }
    }
  }
}
