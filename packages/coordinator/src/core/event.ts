/**
 * The shape of what the log holds: facts, in the past tense, that `evolve` folds into the state.
 * Kinds and their data belong to the resource that decides them, never to this file.
 */
import type { CommandId } from "@podlane/protocol";

/** Who caused a change, as proven by the connection's credential; never taken from a payload. */
export interface Actor {
  readonly role: "operator" | "pod" | "agent" | "host" | "client" | "viewer" | "system";
  /** A pod id, host id or key id, as the role says. */
  readonly id: string;
}

/** What a decider returns; the replica adds seq, time, actor and command. */
export interface NewEvent {
  readonly kind: string;
  /** The one thing this event is about, for example a claim id: what histories are asked by. */
  readonly subject: string;
  /** Plain JSON, without undefined in arrays. Never changed after it was returned. */
  readonly data: unknown;
  /** The version of the data's shape, 1 if not given. */
  readonly v?: number;
}

/** In place of an answer that its own event tells (`Rules.tell`). No method answers `true`. */
export const toldByEvent = true;

/** One entry of the log. Read-only to everybody but the draft that builds it. */
export interface LogEvent {
  /** Position in the total order, starting at 1, without gaps. Doubles as the fencing token. */
  seq: number;
  /** Log time; never smaller than that of the event before. */
  atMs: number;
  v: number;
  kind: string;
  subject: string;
  /** Consequences of a command carry the actor of the command that caused them. */
  actor: Actor;
  commandId?: CommandId;
  /**
   * On one event of an accepted command with an id: its first answer, or `toldByEvent`. On the last
   * event, but for an answer that the first tells.
   */
  answer?: unknown;
  data: unknown;
}
