/**
 * The sending half of a peer: envelope → bytes → link, and how full the link is.
 */
import { CodecError } from "../codec/codec-error.ts";
import { encodeShared } from "../codec.ts";
import { maxBacklogBytes, maxUnsentBytes } from "../limits.ts";
import type { CloseReason, Link } from "../transport.ts";

export class Wire {
  readonly #maxFrameBytes: number;
  readonly #overflow: () => void;
  #link: Link | undefined;

  /** `overflow` is called when the other side has not read for `maxBacklogBytes`. */
  constructor(maxFrameBytes: number, overflow: () => void) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#overflow = overflow;
  }

  attach(link: Link): void {
    this.#link = link;
  }

  get open(): boolean {
    return this.#link !== undefined;
  }

  /** More waits to be sent than `maxUnsentBytes`: stop producing. */
  get congested(): boolean {
    return this.#link !== undefined && this.#link.unsentBytes > maxUnsentBytes;
  }

  /** Answers why the envelope cannot travel; a closed wire drops it. */
  send(envelope: unknown): CodecError | undefined {
    const link = this.#link;
    if (link === undefined) return undefined;
    let payload: Uint8Array;
    try {
      payload = encodeShared(envelope);
    } catch (error) {
      if (error instanceof CodecError) return error;
      throw error;
    }
    if (payload.length > this.#maxFrameBytes) return tooLarge(payload.length, this.#maxFrameBytes);
    link.send(payload);
    if (link.unsentBytes > maxBacklogBytes) this.#overflow();
    return undefined;
  }

  close(reason: CloseReason): void {
    const link = this.#link;
    this.#link = undefined;
    link?.close(reason);
  }
}

function tooLarge(lengthBytes: number, limitBytes: number): CodecError {
  const message = `a message holds at most ${limitBytes} bytes, found ${lengthBytes}`;
  return new CodecError("too_large", message);
}
