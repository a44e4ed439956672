/**
 * What travels in a frame: the envelopes in map form, and the tags of the positional form that hot
 * methods use. `envelope/read.ts` checks them by hand on the hot path; a test holds it to these.
 */
import { z } from "zod";
import { CommandId } from "./ids.ts";
import { maxMethodNameBytes } from "./limits.ts";
import { Refusal } from "./outcome.ts";

/** Chosen by the requester, rising on its connection. A subscription has its request's id. */
export const MessageId = z.int().min(0);
export type MessageId = z.infer<typeof MessageId>;

export const RequestEnvelope = z.object({
  id: MessageId,
  method: z.string().min(1).max(maxMethodNameBytes),
  params: z.unknown().optional(),
  commandId: CommandId.optional(),
});
export type RequestEnvelope = z.infer<typeof RequestEnvelope>;

export const ResultEnvelope = z.object({ id: MessageId, result: z.unknown().optional() });
export const ErrorEnvelope = z.object({ id: MessageId, error: Refusal });
export const ResponseEnvelope = z.union([ErrorEnvelope, ResultEnvelope]);
export type ResponseEnvelope = z.infer<typeof ResponseEnvelope>;

export const EventEnvelope = z.object({
  subscription: MessageId,
  seq: z.int().min(0),
  data: z.unknown().optional(),
});
export type EventEnvelope = z.infer<typeof EventEnvelope>;

/** Events `from` to `to`, both included, were dropped for a slow reader. */
export const Gap = z.object({ from: z.int().min(0), to: z.int().min(0) });
export type Gap = z.infer<typeof Gap>;

/** Stands for the dropped events; `snapshot`, if any, is the state that holds them all. */
export const GapEnvelope = z.object({
  subscription: MessageId,
  gap: Gap,
  snapshot: z.unknown().optional(),
});
export type GapEnvelope = z.infer<typeof GapEnvelope>;

/** From the publisher: no event will follow. */
export const EndEnvelope = z.object({
  subscription: MessageId,
  end: z.literal(true),
  error: Refusal.optional(),
});
export type EndEnvelope = z.infer<typeof EndEnvelope>;

/** From the requester: no answer and no event of this request is wanted any more. */
export const CancelEnvelope = z.object({ cancel: MessageId });
export type CancelEnvelope = z.infer<typeof CancelEnvelope>;

/** The last envelope of a connection that is closed because of an error. */
export const CloseEnvelope = z.object({ close: Refusal });
export type CloseEnvelope = z.infer<typeof CloseEnvelope>;

/**
 * First element of the positional form:
 * `[request, id, method, [client, n] | null, ...params in the order of the table's hot]`,
 * `[result, id, result]`, `[error, id, code, message, data]`, `[event, subscription, seq, data]`.
 * An answer has the form of its request. In positional params nil means absent.
 */
export const positionalTag = { request: 0, result: 1, error: 2, event: 3 } as const;

/** Index of the first param in a positional request. */
export const firstPositionalParam = 4;
