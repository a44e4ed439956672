/**
 * One wire value ⇄ bytes: MessagePack without extension types, within the bounds of `limits.ts`.
 * Both directions keep to the same bounds, so that what one side sends the other can read. As in
 * JSON, -0 arrives as 0.
 */
import { Decoder, Encoder, type ExtensionCodecType } from "@msgpack/msgpack";
import { checkBounds } from "./codec/bounds.ts";
import { CodecError } from "./codec/codec-error.ts";
import { maxDepth, maxEntries, maxFrameBytes } from "./limits.ts";

/** A shared buffer larger than this is given back instead of being kept for the next message. */
const keptBufferBytes = 1024 * 1024;

/** No extension travels: a `Date` would arrive as a type that no schema names. */
const noExtensions: ExtensionCodecType<undefined> = {
  tryToEncode(object) {
    if (object instanceof Date) {
      throw new CodecError("unencodable", "dates travel as milliseconds, found a Date");
    }
    return null;
  },
  decode(_data, type) {
    throw new CodecError("unsupported_type", `extension types do not travel, found type ${type}`);
  },
};

let encoder = createEncoder();
const decoder = new Decoder({ extensionCodec: noExtensions, mapKeyConverter: requireStringKey });

/**
 * Encodes into a buffer that the next call overwrites: for senders that copy at once.
 * Properties that are `undefined` are left out. Throws `CodecError`.
 */
export function encodeShared(value: unknown): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = encoder.encodeSharedRef(value);
  } catch (error) {
    throw asCodecError(error, "unencodable");
  }
  if (bytes.length > maxEntries) checkLargeMessage(bytes);
  return bytes;
}

/** Encodes into a buffer of its own. Throws `CodecError`. */
export function encodeMessage(value: unknown): Uint8Array {
  return encodeShared(value).slice();
}

/**
 * Decodes exactly one value. Binary values are views of `bytes`. Throws `CodecError`, before
 * anything is allocated, when a bound is passed.
 */
export function decodeMessage(bytes: Uint8Array): unknown {
  checkBounds(bytes);
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw asCodecError(error, "malformed");
  }
}

function createEncoder(): Encoder {
  return new Encoder({ extensionCodec: noExtensions, ignoreUndefined: true, maxDepth });
}

/** Only a message of more bytes than `maxEntries` can pass another bound than depth. */
function checkLargeMessage(bytes: Uint8Array): void {
  if (bytes.length > keptBufferBytes) encoder = createEncoder();
  if (bytes.length > maxFrameBytes) {
    const message = `a message holds at most ${maxFrameBytes} bytes, found ${bytes.length}`;
    throw new CodecError("too_large", message);
  }
  checkBounds(bytes);
}

function requireStringKey(key: unknown): string {
  if (typeof key === "string") return key;
  throw new CodecError("malformed", `keys are strings, found a ${typeof key}`);
}

function asCodecError(error: unknown, code: "unencodable" | "malformed"): CodecError {
  if (error instanceof CodecError) return error;
  return new CodecError(code, error instanceof Error ? error.message : String(error), error);
}
