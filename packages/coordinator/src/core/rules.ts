/**
 * What a replica needs of the domain. It knows nothing of claims or pods; they implement this.
 */
import type { Outcome } from "@podlane/protocol";
import type { Command, DecideContext, Decision } from "./command.ts";
import type { LogEvent, NewEvent } from "./event.ts";
import type { Undo } from "./undo.ts";

/**
 * The domain as pure functions over one mutable state. Only `evolve` changes the state, and only
 * through `Undo`. None may depend on the iteration order of a Map or Set (see `Undo`).
 */
export interface Rules<State> {
  initial(): State;
  /**
   * Decides a mutation. The command `{method: "tick"}` comes each second of log time and answers
   * the deadlines that are due; if none is, it returns no events.
   */
  decide(state: State, command: Command, context: DecideContext): Decision<State>;
  /**
   * Consequences of what has just been evolved (grants to next waiters, admissions, …). Called
   * until it returns none; a chain longer than `maxConsequenceRounds` is a defect.
   */
  advance(state: State, context: DecideContext): readonly NewEvent[];
  /**
   * The answer to the command of an event that carries `toldByEvent`: the same whenever it is asked
   * for, so made of the event and of what never changes.
   */
  tell(state: State, event: LogEvent): unknown;
  /** Answers a read-only method. The value must not share objects with the state. */
  read(state: State, command: Command, context: { readonly nowMs: number }): Outcome<unknown>;
  isQuery(method: string): boolean;
  /**
   * Applies one event. Throws for an unknown kind or a newer version: the replica then stops.
   * Must not change the event, nor keep parts of its data that it changes later.
   */
  evolve(state: State, event: LogEvent, undo: Undo): void;
}

/** The method of the command that stands for time passing. */
export const tickMethod = "tick";
