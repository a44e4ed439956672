/**
 * Frames on a byte stream: a 4-byte big-endian length, then that many bytes of payload.
 * Knows nothing of what a payload means. Source: docs/protocol.md, "Frames and transports".
 */
import { maxFrameBytes } from "./limits.ts";

export const frameHeaderBytes = 4;

/** A read buffer's first size; it doubles, so a peer that drips bytes holds twice what it sent. */
const firstBufferBytes = 4_096;

export type FrameErrorCode = "empty_frame" | "frame_too_large" | "truncated_frame";

/** The byte stream is not one of frames; the connection cannot go on. */
export class FrameError extends Error {
  override readonly name = "FrameError";
  readonly code: FrameErrorCode;

  constructor(code: FrameErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What one chunk completed. Frames before a bad one are whole, and are to be handled. */
export interface FrameBatch {
  readonly frames: readonly Uint8Array[];
  readonly error: FrameError | undefined;
}

/** Checks a payload's length before anything is allocated for it. */
export function checkFrameLength(
  lengthBytes: number,
  limitBytes = maxFrameBytes,
): FrameError | undefined {
  if (lengthBytes === 0) {
    return new FrameError("empty_frame", "a frame holds at least 1 byte, found a length of 0");
  }
  if (lengthBytes > limitBytes) {
    const message = `a frame holds at most ${limitBytes} bytes, found a length of ${lengthBytes}`;
    return new FrameError("frame_too_large", message);
  }
  return undefined;
}

/** Writes the header of a payload of `lengthBytes` into `target` at `offset`. */
export function writeFrameHeader(target: Uint8Array, offset: number, lengthBytes: number): void {
  target[offset] = lengthBytes >>> 24;
  target[offset + 1] = lengthBytes >>> 16;
  target[offset + 2] = lengthBytes >>> 8;
  target[offset + 3] = lengthBytes;
}

/** Several frames in one buffer, ready for one write. */
export function encodeFrames(payloads: readonly Uint8Array[]): Uint8Array {
  let totalBytes = 0;
  for (const payload of payloads) totalBytes += frameHeaderBytes + payload.length;
  const frames = new Uint8Array(totalBytes);
  let offset = 0;
  for (const payload of payloads) {
    writeFrameHeader(frames, offset, payload.length);
    frames.set(payload, offset + frameHeaderBytes);
    offset += frameHeaderBytes + payload.length;
  }
  return frames;
}

/**
 * Cuts a byte stream into payloads. A frame that lies whole in a chunk is a view of that chunk;
 * one that spans chunks is copied once. After an error every further chunk is ignored.
 */
export class FrameDecoder {
  readonly #limitBytes: number;
  #held = new Uint8Array(0);
  #heldBytes = 0;
  #wantedBytes = frameHeaderBytes;
  #error: FrameError | undefined;

  constructor(limitBytes = maxFrameBytes) {
    this.#limitBytes = limitBytes;
  }

  push(chunk: Uint8Array): FrameBatch {
    const frames: Uint8Array[] = [];
    let offset = 0;
    while (this.#error === undefined && offset < chunk.length) {
      offset =
        this.#heldBytes > 0
          ? this.#resume(chunk, offset, frames)
          : this.#take(chunk, offset, frames);
    }
    return { frames, error: this.#error };
  }

  /** The stream ended: an error if it ended inside a frame. */
  end(): FrameError | undefined {
    if (this.#error === undefined && this.#heldBytes > 0) {
      const message = `the stream ended after ${this.#heldBytes} of ${this.#wantedBytes} bytes`;
      this.#error = new FrameError("truncated_frame", message);
    }
    return this.#error;
  }

  #take(chunk: Uint8Array, offset: number, frames: Uint8Array[]): number {
    if (chunk.length - offset < frameHeaderBytes) return this.#hold(chunk, offset, chunk.length);
    const lengthBytes = this.#readLength(chunk, offset);
    if (lengthBytes === undefined) return chunk.length;
    const start = offset + frameHeaderBytes;
    const end = start + lengthBytes;
    if (end > chunk.length) {
      this.#wantedBytes = frameHeaderBytes + lengthBytes;
      return this.#hold(chunk, offset, chunk.length);
    }
    frames.push(chunk.subarray(start, end));
    return end;
  }

  #resume(chunk: Uint8Array, offset: number, frames: Uint8Array[]): number {
    const missingBytes = this.#wantedBytes - this.#heldBytes;
    const next = this.#hold(chunk, offset, Math.min(offset + missingBytes, chunk.length));
    if (this.#heldBytes < this.#wantedBytes) return next;
    if (this.#wantedBytes > frameHeaderBytes) {
      frames.push(this.#held.subarray(frameHeaderBytes, this.#wantedBytes));
      this.#reset();
      return next;
    }
    const lengthBytes = this.#readLength(this.#held, 0);
    if (lengthBytes === undefined) return chunk.length;
    this.#wantedBytes = frameHeaderBytes + lengthBytes;
    return next;
  }

  #readLength(bytes: Uint8Array, offset: number): number | undefined {
    const lengthBytes =
      ((bytes[offset] ?? 0) << 24) |
      ((bytes[offset + 1] ?? 0) << 16) |
      ((bytes[offset + 2] ?? 0) << 8) |
      (bytes[offset + 3] ?? 0);
    this.#error = checkFrameLength(lengthBytes >>> 0, this.#limitBytes);
    if (this.#error === undefined) return lengthBytes;
    this.#reset();
    return undefined;
  }

  #hold(chunk: Uint8Array, start: number, end: number): number {
    const neededBytes = this.#heldBytes + end - start;
    if (neededBytes > this.#held.length) {
      const doubledBytes = Math.max(firstBufferBytes, this.#held.length * 2, neededBytes);
      const grown = new Uint8Array(Math.min(doubledBytes, this.#wantedBytes));
      grown.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = grown;
    }
    this.#held.set(chunk.subarray(start, end), this.#heldBytes);
    this.#heldBytes = neededBytes;
    return end;
  }

  #reset(): void {
    this.#held = new Uint8Array(0);
    this.#heldBytes = 0;
    this.#wantedBytes = frameHeaderBytes;
  }
}
