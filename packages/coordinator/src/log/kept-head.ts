/**
 * Where the log ended at the last flush, in a small file of its own. A store that mends itself
 * after damage drops records without a word; compared with this, it is noticed. Written after each
 * flush and before its answers, so a killed process leaves it at most one flush old; it waits for
 * no flush itself, so a power cut may leave it older, which says nothing wrong.
 */
import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { corruptRecord, LogFault } from "./log-fault.ts";
import type { Appended, Batch, Log, LogHead, ReadRange } from "./log.ts";

/** Two places in turn: one torn write leaves the other whole. */
const slotBytes = 256;
const slots = 2;

type Kept = Pick<LogHead, "seq" | "hash">;

export class KeptHead implements Log {
  readonly #log: Log;
  readonly #file: number;
  #turn = 0;

  private constructor(log: Log, file: number) {
    this.#log = log;
    this.#file = file;
  }

  /**
   * The same log, watched. Rejects with `corrupt` if its end is not where the file at `path` says
   * or beyond: then acknowledged records are gone, or another log lies in their place.
   */
  static async over(log: Log, path: string): Promise<Log> {
    const file = openSync(path, "a+", 0o600);
    closeSync(file);
    const kept = new KeptHead(log, openSync(path, "r+"));
    try {
      const expected = kept.#read();
      if (expected !== undefined) await checkEnd(log, expected, path);
      return kept;
    } catch (fault) {
      closeSync(kept.#file);
      throw fault;
    }
  }

  head(): Promise<LogHead> {
    return this.#log.head();
  }

  async append(batch: Batch, expectedSeq: number): Promise<Appended> {
    const appended = await this.#log.append(batch, expectedSeq);
    if (appended.ok) this.#write({ seq: batch.lastSeq, hash: batch.hash });
    return appended;
  }

  read(range: ReadRange): Promise<readonly Batch[]> {
    return this.#log.read(range);
  }

  async close(): Promise<void> {
    fsyncSync(this.#file);
    closeSync(this.#file);
    await this.#log.close();
  }

  /** The later of the places that are whole. */
  #read(): Kept | undefined {
    const found = Array.from({ length: slots }, (_, slot) => {
      const bytes = Buffer.alloc(slotBytes);
      readSync(this.#file, bytes, 0, slotBytes, slot * slotBytes);
      return decode(bytes.toString("latin1").replace(/[\0\n ]+$/, ""));
    });
    return found.reduce((a, b) => (b !== undefined && (a?.seq ?? -1) < b.seq ? b : a), undefined);
  }

  #write(head: Kept): void {
    const text = encode(head).padEnd(slotBytes - 1);
    writeSync(this.#file, `${text}\n`, this.#turn * slotBytes, "latin1");
    this.#turn = (this.#turn + 1) % slots;
  }
}

async function checkEnd(log: Log, expected: Kept, path: string): Promise<void> {
  const head = await log.head();
  if (head.seq < expected.seq) {
    const lost = expected.seq - head.seq;
    const message =
      `the log ends at seq ${head.seq}, but ${expected.seq} had been flushed: ` +
      `${lost} acknowledged events are lost, from seq ${head.seq + 1} on; ` +
      `restore it from a copy, or accept the loss by deleting ${path}`;
    throw new LogFault("corrupt", message, { seq: head.seq + 1 });
  }
  const [batch] = await log.read({ fromSeq: expected.seq, limit: 1 });
  if (batch?.lastSeq === expected.seq && batch.hash === expected.hash) return;
  throw corruptRecord(expected.seq, "it is not the one that was flushed there");
}

function encode({ seq, hash }: Kept): string {
  const text = `${seq} ${hash}`;
  return `${text} ${digestOf(text)}`;
}

function decode(text: string): Kept | undefined {
  const [seq = "", hash = "", digest] = text.split(" ");
  return digest === digestOf(`${seq} ${hash}`) ? { seq: Number(seq), hash } : undefined;
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
