/**
 * Decoded value → envelope, checked by hand: with zod this step alone costs as much as decoding.
 * Params, results and event data stay unknown here; who uses them parses them.
 */
import { ErrorCode } from "../errors.ts";
import type { CommandId } from "../ids.ts";
import { maxMethodNameBytes } from "../limits.ts";
import type { Refusal } from "../outcome.ts";
import { type Gap, firstPositionalParam, positionalTag } from "../envelope.ts";

/** A value that is no envelope; the connection cannot go on. */
export class EnvelopeError extends Error {
  override readonly name = "EnvelopeError";
  readonly code = "invalid_envelope";
}

export interface IncomingRequest {
  readonly kind: "request";
  readonly id: number;
  readonly method: string;
  /** In positional form the whole array: only the method table knows the names. */
  readonly params: unknown;
  readonly commandId: CommandId | undefined;
  readonly positional: boolean;
}

export type Envelope =
  | IncomingRequest
  | { readonly kind: "result"; readonly id: number; readonly result: unknown }
  | { readonly kind: "error"; readonly id: number; readonly error: Refusal }
  | {
      readonly kind: "event";
      readonly subscription: number;
      readonly seq: number;
      readonly data: unknown;
    }
  | {
      readonly kind: "gap";
      readonly subscription: number;
      readonly gap: Gap;
      readonly snapshot: unknown;
    }
  | { readonly kind: "end"; readonly subscription: number; readonly error: Refusal | undefined }
  | { readonly kind: "cancel"; readonly id: number }
  | { readonly kind: "close"; readonly error: Refusal };

type Fields = Readonly<Record<string, unknown>>;

/** Throws `EnvelopeError` for a value that is none of the envelopes. */
export function readEnvelope(value: unknown): Envelope {
  if (Array.isArray(value)) return readPositional(value);
  const fields = requireFields(value, "an envelope");
  if (fields["method"] !== undefined) return readRequest(fields);
  if (fields["id"] !== undefined) return readResponse(fields);
  if (fields["subscription"] !== undefined) return readSubscriptionEnvelope(fields);
  if (fields["cancel"] !== undefined) return { kind: "cancel", id: requireCount(fields["cancel"]) };
  if (fields["close"] !== undefined)
    return { kind: "close", error: requireRefusal(fields["close"]) };
  throw new EnvelopeError(`an envelope expected, found a map of ${Object.keys(fields).join(", ")}`);
}

/** The params of a positional request by name; nil and missing positions are absent. */
export function nameParams(names: readonly string[], positions: unknown): unknown {
  if (!Array.isArray(positions)) return positions;
  const params: Record<string, unknown> = {};
  for (const [index, name] of names.entries()) {
    const value: unknown = positions[firstPositionalParam + index];
    if (value !== null && value !== undefined) params[name] = value;
  }
  return params;
}

function readPositional(value: readonly unknown[]): Envelope {
  const id = requireCount(value[1]);
  switch (value[0]) {
    case positionalTag.request:
      return {
        kind: "request",
        id,
        method: requireMethod(value[2]),
        params: value,
        commandId: readCommandPair(value[3]),
        positional: true,
      };
    case positionalTag.result:
      return { kind: "result", id, result: value[2] };
    case positionalTag.error:
      return { kind: "error", id, error: readRefusal(value[2], value[3], value[4]) };
    case positionalTag.event:
      return { kind: "event", subscription: id, seq: requireCount(value[2]), data: value[3] };
    default:
      throw new EnvelopeError(`a tag from 0 to 3 expected, found ${describe(value[0])}`);
  }
}

function readRequest(fields: Fields): Envelope {
  const commandId = fields["commandId"];
  return {
    kind: "request",
    id: requireCount(fields["id"]),
    method: requireMethod(fields["method"]),
    params: fields["params"],
    commandId: commandId === undefined ? undefined : readCommandMap(commandId),
    positional: false,
  };
}

function readResponse(fields: Fields): Envelope {
  const id = requireCount(fields["id"]);
  const error = fields["error"];
  if (error !== undefined) return { kind: "error", id, error: requireRefusal(error) };
  return { kind: "result", id, result: fields["result"] };
}

function readSubscriptionEnvelope(fields: Fields): Envelope {
  const subscription = requireCount(fields["subscription"]);
  if (fields["seq"] !== undefined) {
    return { kind: "event", subscription, seq: requireCount(fields["seq"]), data: fields["data"] };
  }
  if (fields["gap"] !== undefined) {
    const gap = requireFields(fields["gap"], "a gap");
    const bounds = { from: requireCount(gap["from"]), to: requireCount(gap["to"]) };
    return { kind: "gap", subscription, gap: bounds, snapshot: fields["snapshot"] };
  }
  if (fields["end"] !== true) throw new EnvelopeError("an event, a gap or an end expected");
  const error = fields["error"];
  const refusal = error === undefined ? undefined : requireRefusal(error);
  return { kind: "end", subscription, error: refusal };
}

function readCommandPair(value: unknown): CommandId | undefined {
  if (value === null || value === undefined) return undefined;
  if (!Array.isArray(value)) throw new EnvelopeError("a command id is [client, n]");
  return checkCommandId(value[0], value[1]);
}

function readCommandMap(value: unknown): CommandId {
  const fields = requireFields(value, "a command id");
  return checkCommandId(fields["client"], fields["n"]);
}

function checkCommandId(client: unknown, n: unknown): CommandId {
  if (typeof client !== "string" || client.length < 1 || client.length > 64) {
    throw new EnvelopeError("a command id's client is a string of 1 to 64 characters");
  }
  if (!Number.isSafeInteger(n) || (n as number) < 1) {
    throw new EnvelopeError("a command id's n is a whole number from 1");
  }
  return { client, n: n as number };
}

function requireRefusal(value: unknown): Refusal {
  const fields = requireFields(value, "an error");
  return readRefusal(fields["code"], fields["message"], fields["data"]);
}

/** A code of a newer peer becomes `internal` and is named: the answer must still be read. */
function readRefusal(code: unknown, message: unknown, data: unknown): Refusal {
  if (typeof message !== "string") throw new EnvelopeError("an error's message is a string");
  const known = ErrorCode.safeParse(code);
  if (!known.success) return { code: "internal", message: `${describe(code)}: ${message}`, data };
  return data === undefined || data === null
    ? { code: known.data, message }
    : { code: known.data, message, data };
}

function requireFields(value: unknown, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Fields;
  }
  throw new EnvelopeError(`${what} is a map, found ${describe(value)}`);
}

function requireCount(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new EnvelopeError(`a whole number from 0 expected, found ${describe(value)}`);
}

function requireMethod(value: unknown): string {
  if (typeof value === "string" && value.length > 0 && value.length <= maxMethodNameBytes) {
    return value;
  }
  throw new EnvelopeError(`a method's name expected, found ${describe(value)}`);
}

/** Short and free of the peer's own text beyond a few characters: it ends in logs. */
function describe(value: unknown): string {
  if (value === null) return "nil";
  if (typeof value === "object") return Array.isArray(value) ? "an array" : "a map";
  if (typeof value === "string") return `string ${value.slice(0, 32)}`;
  return typeof value === "number" ? `number ${value}` : typeof value;
}
