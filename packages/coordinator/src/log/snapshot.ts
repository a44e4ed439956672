/**
 * A copy of the fold in a file, so that a restart reads only the end of the log. It is a cache: one
 * that is damaged, of another program or of another log is as good as none, and deleting it changes
 * nothing but the time of the next start.
 */
import { createHash } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { deserialize, serialize } from "node:v8";
import { snapshotEveryEvents, snapshotShare } from "../limits.ts";
import type { Log, LogHead } from "./log.ts";

export interface Snapshot {
  readonly head: LogHead;
  /** Maps, sets, arrays and plain objects. */
  readonly fold: unknown;
}

/** Where a replica keeps them. */
export type Snapshots = Pick<SnapshotFile, "load" | "offer" | "finish">;

export interface SnapshotFileOptions {
  readonly path: string;
  /** Of the code that folds: a snapshot of any other is not read. */
  readonly foldVersion: string;
  /** Events between two; tests take them closer together. */
  readonly everyEvents?: number;
  readonly onNote: (note: string) => void;
}

const format = 1;
const digestBytes = 32;

export class SnapshotFile {
  readonly #options: SnapshotFileOptions;
  /** The seq up to which the file holds the fold, or will when the write under way is done. */
  #seq = 0;
  /** No snapshot is taken before, so that taking them stays a small share of all work. */
  #notBeforeMs = 0;
  #writing: Promise<void> | undefined;

  constructor(options: SnapshotFileOptions) {
    this.#options = options;
  }

  /** The snapshot, if it is whole, of this code and of this log; null otherwise. */
  async load(log: Log): Promise<Snapshot | null> {
    const snapshot = await this.#read();
    if (snapshot === null || !(await isOnLog(log, snapshot))) return null;
    this.#seq = snapshot.head.seq;
    return snapshot;
  }

  /** To be called after each flush: takes one when enough has been appended since the last. */
  offer(seq: number, take: () => Snapshot): void {
    const { everyEvents = snapshotEveryEvents } = this.#options;
    if (seq - this.#seq < everyEvents || this.#writing !== undefined) return;
    if (performance.now() >= this.#notBeforeMs) this.#take(take);
  }

  /** Takes a last one, if anything came since; resolves when it is written. */
  async finish(seq: number, take: () => Snapshot): Promise<void> {
    await this.#writing;
    if (seq > this.#seq) this.#take(take);
    await this.#writing;
  }

  #take(take: () => Snapshot): void {
    const startMs = performance.now();
    const snapshot = take();
    const bytes = encodeSnapshot(snapshot, this.#options.foldVersion);
    const endMs = performance.now();
    this.#notBeforeMs = endMs + (endMs - startMs) / snapshotShare;
    this.#seq = snapshot.head.seq;
    this.#writing = this.#write(bytes)
      .catch((fault: unknown) => this.#options.onNote(`no snapshot: ${describe(fault)}`))
      .finally(() => (this.#writing = undefined));
  }

  /** Not flushed: a torn one is known by its digest. */
  async #write(bytes: Uint8Array): Promise<void> {
    const { path } = this.#options;
    const temporary = `${path}.next`;
    await writeFile(temporary, bytes, { mode: 0o600 });
    await rename(temporary, path);
  }

  async #read(): Promise<Snapshot | null> {
    const { path, foldVersion, onNote } = this.#options;
    try {
      return decodeSnapshot(await readFile(path), foldVersion);
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code !== "ENOENT") {
        onNote(`the snapshot is not used: ${describe(fault)}`);
      }
      return null;
    }
  }
}

/** The digest first, then what it covers. */
export function encodeSnapshot(snapshot: Snapshot, foldVersion: string): Uint8Array {
  const body = serialize({ format, foldVersion, ...snapshot });
  return Buffer.concat([digestOf(body), body]);
}

/** Throws with the reason it cannot be used. */
export function decodeSnapshot(bytes: Buffer, foldVersion: string): Snapshot {
  const body = bytes.subarray(digestBytes);
  // Checked first: what is damaged is not even given to the decoder.
  if (!digestOf(body).equals(bytes.subarray(0, digestBytes))) throw new Error("it is damaged");
  const value = deserialize(body) as Snapshot & { format: number; foldVersion: string };
  if (value.format !== format || value.foldVersion !== foldVersion) {
    throw new Error("another version of this program wrote it");
  }
  return { head: value.head, fold: value.fold };
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

/** A log that was replaced, or has lost its end, lacks the record the snapshot ends with. */
export async function isOnLog(log: Log, { head }: Snapshot): Promise<boolean> {
  const [batch] = await log.read({ fromSeq: head.seq, limit: 1 });
  return batch?.lastSeq === head.seq && batch.hash === head.hash;
}

function describe(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}
