/**
 * Envelope values ready for the codec, in map or positional form. The inverse of `read.ts`.
 */
import type { CancelEnvelope, CloseEnvelope, EndEnvelope, Gap, GapEnvelope } from "../envelope.ts";
import { positionalTag } from "../envelope.ts";
import type { CommandId } from "../ids.ts";
import type { Outcome, Refusal } from "../outcome.ts";

export interface OutgoingRequest {
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
  readonly commandId: CommandId | undefined;
}

/** `hot`: the names of the params in positional order; absent for the map form. */
export function writeRequest(request: OutgoingRequest, hot?: readonly string[]): unknown {
  const { id, method, params, commandId } = request;
  if (hot === undefined) {
    return commandId === undefined ? { id, method, params } : { id, method, params, commandId };
  }
  const pair = commandId === undefined ? null : [commandId.client, commandId.n];
  const positions: unknown[] = [positionalTag.request, id, method, pair];
  const fields = (params ?? {}) as Readonly<Record<string, unknown>>;
  for (const name of hot) positions.push(fields[name]);
  return positions;
}

export function writeResponse(id: number, outcome: Outcome<unknown>, positional: boolean): unknown {
  if (outcome.ok) {
    const result = outcome.value ?? null;
    return positional ? [positionalTag.result, id, result] : { id, result };
  }
  const { code, message, data } = outcome.error;
  return positional
    ? [positionalTag.error, id, code, message, data]
    : { id, error: { code, message, data } };
}

export interface OutgoingEvent {
  readonly subscription: number;
  readonly seq: number;
  readonly data: unknown;
}

export function writeEvent(event: OutgoingEvent, positional: boolean): unknown {
  if (!positional) return event;
  return [positionalTag.event, event.subscription, event.seq, event.data];
}

export function writeGap(subscription: number, gap: Gap, snapshot: unknown): GapEnvelope {
  return { subscription, gap, snapshot };
}

export function writeEnd(subscription: number, error: Refusal | undefined): EndEnvelope {
  return error === undefined ? { subscription, end: true } : { subscription, end: true, error };
}

export function writeCancel(id: number): CancelEnvelope {
  return { cancel: id };
}

export function writeClose(error: Refusal): CloseEnvelope {
  return { close: error };
}
