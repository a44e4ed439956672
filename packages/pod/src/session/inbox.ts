/**
 * Events of children as they were accepted, once each, and whether they still wait for the agent.
 */
import type { DatabaseSync } from "node:sqlite";
import { InboxMarks, ReceivedPodEvent, type PodId } from "@podlane/protocol";
import type { EventEntry } from "../core/notify-buffer.ts";
import { EventRow, HistorySeq, parseColumn, rowName, type WaitingRow } from "./rows.ts";
import { SessionFault } from "./fault.ts";

/** How an event waits for the agent; null: it is of the control lane. */
export type WaitsAs = { readonly body: string; readonly kicks: boolean } | null;

export interface InboxEntry {
  /** The order in which this pod took events in, over all senders. */
  readonly arrival: number;
  readonly atMs: number;
  readonly event: ReceivedPodEvent;
}

export class Inbox {
  readonly #insert;
  readonly #find;
  readonly #consume;
  readonly #write;
  readonly #written;
  readonly #waiting;
  readonly #marks;
  readonly #read;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(
      `insert or ignore into inbox (pod_id, seq, event, body, kicks, accepted_at, consumed)
       values (?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#find = db.prepare("select 1 from inbox where pod_id = ? and seq = ?");
    this.#consume = db.prepare("update inbox set consumed = 1 where pod_id = ? and seq = ?");
    this.#write = db.prepare("update inbox set history_seq = ? where pod_id = ? and seq = ?");
    this.#written = db.prepare("select history_seq from inbox where pod_id = ? and seq = ?");
    this.#waiting = db.prepare(
      `select arrival, event, body, kicks, accepted_at, history_seq from inbox
       where consumed = 0 order by arrival`,
    );
    this.#marks = db.prepare("select pod_id, max(seq) as seq from inbox group by pod_id");
    this.#read = db.prepare(
      "select arrival, event, accepted_at from inbox where arrival >= ? order by arrival limit ?",
    );
  }

  accept(event: ReceivedPodEvent, waitsAs: WaitsAs, atMs: number): "new" | "duplicate" {
    const consumed = waitsAs === null ? 1 : 0;
    const kicks = waitsAs?.kicks === true ? 1 : 0;
    const body = waitsAs?.body ?? null;
    const json = JSON.stringify(event);
    const { changes } = this.#insert.run(event.podId, event.seq, json, body, kicks, atMs, consumed);
    return Number(changes) === 1 ? "new" : "duplicate";
  }

  has(podId: PodId, seq: number): boolean {
    return this.#find.get(podId, seq) !== undefined;
  }

  consume(podId: PodId, seq: number): void {
    this.#consume.run(podId, seq);
  }

  /** It stands in history, ahead of the turn that will show it. */
  noteWritten(podId: PodId, seq: number, historySeq: number): void {
    this.#write.run(historySeq, podId, seq);
  }

  /** Where it stands in history; 0: it was not written ahead. */
  writtenAt(podId: PodId, seq: number): number {
    return Number(this.#written.get(podId, seq)?.["history_seq"] ?? 0);
  }

  /** What is still to be shown, in the order of arrival. */
  waiting(): WaitingRow<EventEntry>[] {
    return this.#waiting.all().map(({ arrival, event, body, kicks, accepted_at, history_seq }) => {
      const row = rowName("inbox row", arrival);
      const parsed = EventRow.safeParse({
        type: "pod_event",
        event: parseColumn(ReceivedPodEvent, event, row),
        body,
        acceptedAtMs: accepted_at,
        kicks: kicks === 1,
        inHistory: history_seq !== null,
      });
      if (parsed.success) {
        return { entry: parsed.data, historySeq: HistorySeq.parse(history_seq) };
      }
      const message = `the session's ${row} waits for the agent and is not for it`;
      throw new SessionFault("corrupt_row", message, { cause: parsed.error });
    });
  }

  /** Highest seq taken in of each sender. */
  marks(): InboxMarks {
    return InboxMarks.parse(
      Object.fromEntries(this.#marks.all().map(({ pod_id, seq }) => [String(pod_id), seq])),
    );
  }

  /** Both lanes, from one arrival on: for subscribers and audits. */
  read(fromArrival: number, limit: number): InboxEntry[] {
    return this.#read.all(fromArrival, limit).map(({ arrival, event, accepted_at }) => ({
      arrival: Number(arrival),
      atMs: Number(accepted_at),
      event: parseColumn(ReceivedPodEvent, event, rowName("inbox row", arrival)),
    }));
  }
}
