/**
 * What a replica decides: one method call by one proven actor, and the decision about it.
 */
import type { CommandId, HostId, Refusal } from "@podlane/protocol";
import type { Actor, NewEvent, toldByEvent } from "./event.ts";

/** One call of a method. Params were validated at the server's edge. */
export interface Command {
  readonly method: string;
  readonly params: unknown;
  readonly actor: Actor;
  readonly commandId?: CommandId;
  /** The host beside the replica that was asked. */
  readonly nearHost?: HostId;
}

/** All that a decider may know besides state and command: time and ids come from here. */
export interface DecideContext {
  /** Log time. */
  readonly nowMs: number;
  /** The seq that the first returned event will get, so that ids and fences can be made of it. */
  readonly nextSeq: number;
  readonly commandId?: CommandId;
  /** What a caller starts runs at the coordinator it asked: there are its files and branches. */
  readonly nearHost?: HostId;
}

/**
 * Accepted: the answer is computed on the draft after the events and their consequences are
 * evolved,
 * and must not share objects with the state. Refused: `events` may hold an audit event (a denial);
 * every other refusal appends nothing.
 */
export type Decision<State> =
  | {
      readonly ok: true;
      readonly events: readonly NewEvent[];
      /** `toldByEvent`: what the first of the events tells. */
      readonly answer: ((state: State) => unknown) | typeof toldByEvent;
    }
  | { readonly ok: false; readonly error: Refusal; readonly events?: readonly NewEvent[] };
