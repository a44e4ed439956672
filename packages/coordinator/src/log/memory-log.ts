/**
 * A log that lives as long as its object: for simulation and tests. It keeps encoded records like
 * the durable stores do, so that several replicas on one share bytes and never objects.
 */
import { checkLink, emptyHead, headOf } from "./hash-chain.ts";
import type { Appended, Batch, Log, LogHead, ReadRange, StoredBatch } from "./log.ts";
import { takePage } from "./page.ts";

export class MemoryLog implements Log {
  readonly #records: StoredBatch[] = [];

  // oxlint-disable-next-line typescript/require-await -- the interface is for stores that wait
  async head(): Promise<LogHead> {
    return this.#head();
  }

  // oxlint-disable-next-line typescript/require-await
  async append(batch: Batch, expectedSeq: number): Promise<Appended> {
    const head = this.#head();
    if (head.seq !== expectedSeq) return { ok: false, conflict: head };
    checkLink(head, batch);
    const { firstSeq, lastSeq, atMs, prevHash, hash, payload } = batch;
    this.#records.push({ firstSeq, lastSeq, atMs, prevHash, hash, payload });
    return { ok: true };
  }

  // oxlint-disable-next-line typescript/require-await
  async read(range: ReadRange): Promise<readonly Batch[]> {
    return takePage(this.#from(range.fromSeq), range);
  }

  async close(): Promise<void> {}

  #head(): LogHead {
    const last = this.#records.at(-1);
    return last === undefined ? emptyHead : headOf(last);
  }

  *#from(seq: number): Iterable<StoredBatch> {
    let at = this.#records.length;
    while (at > 0 && (this.#records[at - 1]?.lastSeq ?? 0) >= seq) at -= 1;
    for (; at < this.#records.length; at += 1) {
      const record = this.#records[at];
      if (record !== undefined) yield record;
    }
  }
}
