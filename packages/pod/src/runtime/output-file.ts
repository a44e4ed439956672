/**
 * What a pod's agent and its commands print, appended to one file that `read_output` pages
 * through. Bounded: past the bound nothing more is written, and the file says so.
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { StringDecoder } from "node:string_decoder";

/** A program that prints without end must not fill the disk. */
const maxOutputBytes = 64 * 1024 * 1024;
const fullMark = "\n[output over 64 MiB is not kept]\n";

export interface OutputPage {
  readonly text: string;
  readonly nextCursor: number;
  readonly end: boolean;
}

export class OutputFile {
  readonly #descriptor: number;
  #bytes: number;
  #closed = false;

  constructor(path: string) {
    this.#descriptor = openSync(path, "a+", 0o600);
    this.#bytes = fstatSync(this.#descriptor).size;
  }

  append(text: string): void {
    if (this.#closed || this.#bytes >= maxOutputBytes) return;
    const data = Buffer.from(text);
    const fits = this.#bytes + data.length < maxOutputBytes;
    const written = writeSync(this.#descriptor, fits ? data : Buffer.from(fullMark));
    this.#bytes = fits ? this.#bytes + written : maxOutputBytes;
  }

  /** `cursor` and `limit` count bytes; a character cut by the limit belongs to the next page. */
  read(cursor: number, limit: number): OutputPage {
    const buffer = Buffer.alloc(limit);
    const length = readSync(this.#descriptor, buffer, 0, limit, cursor);
    const decoder = new StringDecoder("utf8");
    const text = decoder.write(buffer.subarray(0, length));
    const nextCursor = cursor + Buffer.byteLength(text);
    const size = fstatSync(this.#descriptor).size;
    return { text, nextCursor, end: nextCursor >= size };
  }

  close(): void {
    if (!this.#closed) closeSync(this.#descriptor);
    this.#closed = true;
  }
}
