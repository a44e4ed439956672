/**
 * The pod's history: appended, numbered, never changed, but that a notification which was written
 * ahead of its turn learns, once, which turn showed it.
 */
import type { DatabaseSync } from "node:sqlite";
import { HistoryItem, type NewHistoryItem } from "@podlane/protocol";
import { parseColumn, rowName } from "./rows.ts";

export interface HistoryQuery {
  /** The first seq wanted. */
  readonly fromSeq: number;
  readonly limit: number;
  readonly notificationsOnly?: boolean;
}

export interface HistoryPage {
  readonly items: HistoryItem[];
  /** Where the next page starts; null: this was the last. */
  readonly nextSeq: number | null;
}

export class History {
  readonly #append;
  readonly #read;
  readonly #readNotifications;
  readonly #readLastSeq;
  readonly #show;

  constructor(db: DatabaseSync) {
    this.#append = db.prepare(
      "insert into history (seq, at, is_notification, item) values (?, ?, ?, ?)",
    );
    this.#read = db.prepare("select seq, item from history where seq >= ? order by seq limit ?");
    this.#readNotifications = db.prepare(
      "select seq, item from history where is_notification = 1 and seq >= ? order by seq limit ?",
    );
    this.#show = db.prepare(
      `update history set item = json_set(item, '$.turn', ?1, '$.shownInTurn', ?1) where seq = ?2`,
    );
    this.#readLastSeq = db.prepare("select coalesce(max(seq), 0) as seq from history");
  }

  append(item: NewHistoryItem, atMs: number): number {
    const seq = Number(this.#readLastSeq.get()?.["seq"]) + 1;
    const isNotification = item.type === "notification" ? 1 : 0;
    this.#append.run(seq, atMs, isNotification, JSON.stringify({ ...item, seq, at: atMs }));
    return seq;
  }

  markShown(seq: number, turn: number): void {
    this.#show.run(turn, seq);
  }

  read({ fromSeq, limit, notificationsOnly = false }: HistoryQuery): HistoryPage {
    const statement = notificationsOnly ? this.#readNotifications : this.#read;
    const rows = statement.all(fromSeq, limit + 1);
    const items = rows
      .slice(0, limit)
      .map(({ seq, item }) => parseColumn(HistoryItem, item, rowName("history row", seq)));
    const next = rows[limit];
    return { items, nextSeq: next === undefined ? null : Number(next["seq"]) };
  }
}
