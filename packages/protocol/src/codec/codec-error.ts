/**
 * Why a value could not be put on the wire, or bytes from it could not be read.
 */
export type CodecErrorCode =
  | "truncated"
  | "trailing_bytes"
  | "too_deep"
  | "too_many_entries"
  | "too_many_values"
  | "string_too_long"
  | "unsupported_type"
  | "malformed"
  | "too_large"
  | "unencodable";

/** Thrown by the codec; a peer answers it by closing the connection or refusing the request. */
export class CodecError extends Error {
  override readonly name = "CodecError";
  readonly code: CodecErrorCode;

  constructor(code: CodecErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
