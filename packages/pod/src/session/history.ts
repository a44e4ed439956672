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
  /** Null while it has to be read. */
  #lastSeq: number | null = null;

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

  /** The item as it now stands. */
  append(newItem: NewHistoryItem, atMs: number): HistoryItem {
    const lastSeq = this.#lastSeq ?? Number(this.#readLastSeq.get()?.["seq"]);
    const item: HistoryItem = { ...newItem, seq: lastSeq + 1, at: atMs };
    const isNotification = item.type === "notification" ? 1 : 0;
    this.#append.run(item.seq, atMs, isNotification, JSON.stringify(item));
    this.#lastSeq = item.seq;
    return item;
  }

  /** A transaction was rolled back: what it appended is gone. */
  rolledBack(): void {
    this.#lastSeq = null;
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
