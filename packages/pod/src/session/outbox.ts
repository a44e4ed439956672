/**
 * What this pod has to tell its parent: kept until acknowledged. The numbers go on across
 * generations, and have no gap.
 */
import type { DatabaseSync } from "node:sqlite";
import { PodEvent } from "@podlane/protocol";
import { SessionFault } from "./fault.ts";
import { parseColumn, rowName } from "./rows.ts";

export class Outbox {
  readonly #insert;
  readonly #ack;
  readonly #pending;
  readonly #last;
  readonly #marks;
  /** Null while it has to be read. */
  #lastSeq: number | null = null;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare("insert into outbox (seq, event) values (?, ?)");
    this.#ack = db.prepare("update outbox set acked = 1 where acked = 0 and seq <= ?");
    this.#pending = db.prepare(
      "select seq, event from outbox where acked = 0 and seq > ? order by seq limit ?",
    );
    this.#last = db.prepare("select seq, event from outbox order by seq desc limit 1");
    this.#marks = db.prepare(
      `select coalesce(max(seq), 0) as last,
              coalesce((select max(seq) from outbox where acked = 1), 0) as acked from outbox`,
    );
  }

  /** The event must carry the next seq. */
  append(event: PodEvent): number {
    const next = (this.#lastSeq ?? this.lastSeq()) + 1;
    if (event.seq !== next) {
      const message = `event ${event.seq} was to be sent; the outbox's next is ${next}`;
      throw new SessionFault("out_of_order", message);
    }
    this.#insert.run(event.seq, JSON.stringify(event));
    this.#lastSeq = event.seq;
    return event.seq;
  }

  /** A transaction was rolled back: what it appended is gone. */
  rolledBack(): void {
    this.#lastSeq = null;
  }

  /** Not acknowledged yet, oldest first. */
  pending(limit = 1_024, afterSeq = 0): PodEvent[] {
    return this.#pending
      .all(afterSeq, limit)
      .map(({ seq, event }) => parseColumn(PodEvent, event, rowName("outbox row", seq)));
  }

  /** Everything up to `seq` has arrived. */
  ack(seq: number): void {
    this.#ack.run(seq);
  }

  last(): PodEvent | null {
    const row = this.#last.get();
    return row === undefined
      ? null
      : parseColumn(PodEvent, row["event"], rowName("outbox row", row["seq"]));
  }

  lastSeq(): number {
    return this.marks().lastSeq;
  }

  marks(): { readonly lastSeq: number; readonly ackedSeq: number } {
    const row = this.#marks.get();
    return { lastSeq: Number(row?.["last"]), ackedSeq: Number(row?.["acked"]) };
  }
}
