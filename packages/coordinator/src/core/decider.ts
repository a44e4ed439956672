/**
 * What a decider is, and the two ways it ends.
 */
import type {
  CoordinatorMethods,
  ErrorCode,
  HostReportMethods,
  ParsedParamsOf,
  Refusal,
  ResultOf,
} from "@podlane/protocol";
import type { DecideContext, Decision } from "./command.ts";
import { type Actor, type NewEvent, toldByEvent } from "./event.ts";
import type { WorkspaceState } from "./state.ts";

export type Methods = CoordinatorMethods & HostReportMethods;
export type MethodName = keyof Methods;

export type WorkspaceDecision = Decision<WorkspaceState>;

/** The caller, the log's time and the next seq: all that a decider knows beside its params. */
export interface Call extends DecideContext {
  readonly actor: Actor;
}

export type Decider<M extends MethodName> = (
  state: WorkspaceState,
  params: ParsedParamsOf<Methods, M>,
  call: Call,
) => WorkspaceDecision;

export type Deciders<M extends MethodName> = { readonly [P in M]: Decider<P> };

/** Accepted; the answer is computed after the events and their consequences. */
export function accept<M extends MethodName>(
  events: readonly NewEvent[],
  answer: (state: WorkspaceState) => ResultOf<Methods, M>,
): WorkspaceDecision {
  return { ok: true, events, answer };
}

/** Accepted; the event says by itself what there is to answer. */
export function acceptAsTold(event: NewEvent): WorkspaceDecision {
  return { ok: true, events: [event], answer: toldByEvent };
}

/** Accepted with nothing to tell. */
export function acceptSilently(...events: readonly NewEvent[]): WorkspaceDecision {
  return { ok: true, events, answer: () => ({}) };
}

export function refuse(code: ErrorCode, message: string, data?: unknown): WorkspaceDecision {
  return refuseWith(data === undefined ? { code, message } : { code, message, data });
}

export function refuseWith(error: Refusal): WorkspaceDecision {
  return { ok: false, error };
}
