/**
 * Messages and what became of them: the receipt of each is kept under its sender's command id.
 */
import type { DatabaseSync } from "node:sqlite";
import { Receipt, type CommandId } from "@podlane/protocol";
import type { MessageEntry } from "../core/notify-buffer.ts";
import { HistorySeq, MessageRow, parseColumn, rowName, type WaitingRow } from "./rows.ts";

export class Messages {
  readonly #insert;
  readonly #update;
  readonly #receipt;
  readonly #write;
  readonly #written;
  readonly #waiting;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(
      "insert into messages (client, n, entry, receipt, waiting) values (?, ?, ?, ?, 1)",
    );
    this.#update = db.prepare(
      "update messages set receipt = ?, waiting = ? where client = ? and n = ?",
    );
    this.#receipt = db.prepare("select receipt from messages where client = ? and n = ?");
    this.#write = db.prepare("update messages set history_seq = ? where client = ? and n = ?");
    this.#written = db.prepare("select history_seq from messages where client = ? and n = ?");
    this.#waiting = db.prepare(
      "select arrival, entry, history_seq from messages where waiting = 1 order by arrival",
    );
  }

  accept(entry: MessageEntry, receipt: Receipt): void {
    const { client, n } = entry.commandId;
    this.#insert.run(client, n, JSON.stringify(entry), JSON.stringify(receipt));
  }

  /** It stands in history, ahead of the turn that will show it. */
  noteWritten({ client, n }: CommandId, historySeq: number): void {
    this.#write.run(historySeq, client, n);
  }

  /** Where it stands in history; 0: it was not written ahead. */
  writtenAt({ client, n }: CommandId): number {
    return Number(this.#written.get(client, n)?.["history_seq"] ?? 0);
  }

  saveReceipt(receipt: Receipt): void {
    const { client, n } = receipt.commandId;
    const waiting = receipt.state === "accepted" || receipt.state === "queued" ? 1 : 0;
    this.#update.run(JSON.stringify(receipt), waiting, client, n);
  }

  receiptOf({ client, n }: CommandId): Receipt | null {
    const row = this.#receipt.get(client, n);
    return row === undefined
      ? null
      : parseColumn(Receipt, row["receipt"], `receipt of message ${client}/${n}`);
  }

  /** What is still to be shown, in the order of arrival. */
  waiting(): WaitingRow<MessageEntry>[] {
    return this.#waiting.all().map(({ arrival, entry, history_seq }) => {
      const message = parseColumn(MessageRow, entry, rowName("message row", arrival));
      const historySeq = HistorySeq.parse(history_seq);
      return { entry: { ...message, inHistory: historySeq !== null }, historySeq };
    });
  }
}
