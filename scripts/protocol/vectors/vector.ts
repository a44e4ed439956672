/**
 * What a golden vector is: bytes, and what a conforming reader makes of them. The files are for
 * other runtimes, so a vector is plain JSON and says everything itself.
 */
import { encodeMessage } from "../../../packages/protocol/src/index.ts";
import type { TableName } from "../tables.ts";

/** How the bytes are to be read. */
export type Reading =
  | "value"
  | "stream"
  | "envelope"
  | "hello"
  | "welcome"
  | "segment"
  | "pod_event"
  | "history_item"
  | "log_event"
  | "activity_event"
  | "params"
  | "result";

/** Where a reader stops. Codes are those of `errors.ts`; frames and bytes have their own. */
export type Stage = "frame" | "codec" | "envelope" | "handshake" | "method" | "schema";

export interface Rejection {
  readonly stage: Stage;
  readonly code: string;
  /** Where the value is wrong: to help, not to compare. */
  readonly paths?: readonly string[];
}

/** `lane` with PodEvents only. */
export type Expectation =
  | { readonly accepts: unknown; readonly lane?: string }
  | { readonly rejects: Rejection };

export interface Vector {
  readonly name: string;
  readonly reads: Reading;
  /** With params and results: the method and its table in the JSON Schema. */
  readonly table?: TableName;
  readonly method?: string;
  /** The bytes of one message, or with `stream` of a connection. */
  readonly hex: string;
  /** What the bytes say before anything is checked; absent where they say nothing. */
  readonly value?: unknown;
  readonly expect: Expectation;
}

/** A vector before it has been judged, and what its author wants the judge to say. */
export interface Draft extends Pick<Vector, "name" | "reads" | "table" | "method"> {
  readonly bytes: Uint8Array;
  readonly valid: boolean;
}

export type Subject = Pick<Draft, "reads" | "table" | "method">;

export function valid(subject: Subject, name: string, value: unknown): Draft {
  return { ...subject, name, bytes: encodeMessage(value), valid: true };
}

export function rejected(subject: Subject, name: string, value: unknown): Draft {
  return { ...subject, name, bytes: encodeMessage(value), valid: false };
}

export function rawDraft(subject: Subject, name: string, hex: string, isValid: boolean): Draft {
  return { ...subject, name, bytes: fromHex(hex), valid: isValid };
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
