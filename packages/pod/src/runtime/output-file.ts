/**
 * What a pod's agent and its commands print, appended to one file that `read_output` pages
 * through. Bounded: past the bound nothing more is written, and the file says so.
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";

/** A program that prints without end must not fill the disk. */
const defaultMaxBytes = 64 * 1024 * 1024;
/** The longest UTF-8 character: a page must hold one, or its reader would never get on. */
const maxCharacterBytes = 4;

export interface OutputPage {
  readonly text: string;
  readonly nextCursor: number;
  readonly end: boolean;
}

export class OutputFile {
  readonly #descriptor: number;
  readonly #fullMark: Buffer;
  /** What fits before the mark; a longer file has the mark already, from an earlier process. */
  readonly #roomBytes: number;
  #bytes: number;
  #closed = false;

  constructor(path: string, maxBytes = defaultMaxBytes) {
    this.#descriptor = openSync(path, "a+", 0o600);
    this.#fullMark = Buffer.from(`\n[output over ${describeBytes(maxBytes)} is not kept]\n`);
    this.#roomBytes = maxBytes - this.#fullMark.length;
    this.#bytes = fstatSync(this.#descriptor).size;
  }

  append(text: string): void {
    if (this.#closed || this.#bytes > this.#roomBytes) return;
    const data = Buffer.from(text);
    const roomBytes = this.#roomBytes - this.#bytes;
    if (data.length <= roomBytes) return this.#write(data);
    this.#write(data.subarray(0, wholeLength(data.subarray(0, roomBytes))));
    this.#write(this.#fullMark);
  }

  /**
   * `cursor` and `limit` count bytes; a character cut by the limit belongs to the next page. A
   * limit below the longest character is taken for it.
   */
  read(cursor: number, limit: number): OutputPage {
    const buffer = Buffer.alloc(Math.max(limit, maxCharacterBytes));
    const length = readSync(this.#descriptor, buffer, 0, buffer.length, cursor);
    const page = buffer.subarray(0, length);
    const size = fstatSync(this.#descriptor).size;
    const isLast = cursor + length >= size;
    const taken = isLast ? length : wholeLength(page);
    const nextCursor = cursor + taken;
    return { text: page.toString("utf8", 0, taken), nextCursor, end: nextCursor >= size };
  }

  close(): void {
    if (!this.#closed) closeSync(this.#descriptor);
    this.#closed = true;
  }

  /** The system may write less than it was given. */
  #write(data: Buffer): void {
    for (let done = 0; done < data.length;) {
      const written = writeSync(this.#descriptor, data, done);
      done += written;
      this.#bytes += written;
    }
  }
}

/** Bytes without a character that the end cuts; all of them where no character begins. */
function wholeLength(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(maxCharacterBytes, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (isContinuation(byte)) continue;
    return characterBytes(byte) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function isContinuation(byte: number): boolean {
  return (byte & 0b1100_0000) === 0b1000_0000;
}

/** How long the character is that this byte begins. */
function characterBytes(lead: number): number {
  if (lead >= 0b1111_0000) return 4;
  if (lead >= 0b1110_0000) return 3;
  return lead >= 0b1100_0000 ? 2 : 1;
}

function describeBytes(bytes: number): string {
  const mebibytes = bytes / (1024 * 1024);
  return Number.isInteger(mebibytes) ? `${mebibytes} MiB` : `${bytes} bytes`;
}
