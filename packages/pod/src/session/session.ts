/**
 * A pod's own durable store: one SQLite file, one writer process. Every method is one durable
 * write, or part of the surrounding `transaction`.
 */
import type { DatabaseSync } from "node:sqlite";
import type { HistoryItem, NewHistoryItem, ReceivedPodEvent, ToolResult } from "@podlane/protocol";
import { Children } from "./children.ts";
import { Commands } from "./commands.ts";
import { inTransaction, openDatabase, type SessionOwner } from "./database.ts";
import { History, type HistoryPage, type HistoryQuery } from "./history.ts";
import { Inbox, type WaitsAs } from "./inbox.ts";
import { Messages } from "./messages.ts";
import { Outbox } from "./outbox.ts";
import type { SessionRows } from "./recover.ts";
import { ToolCalls, type ToolIntent } from "./tool-calls.ts";
import { Turns } from "./turns.ts";
import { Values } from "./values.ts";

/** Opens or creates the session. Throws a `SessionFault` that says what to do. */
export function openSession(path: string, owner: SessionOwner): Session {
  return new Session(openDatabase(path, owner));
}

export class Session {
  readonly history: History;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly turns: Turns;
  readonly toolCalls: ToolCalls;
  readonly messages: Messages;
  readonly commands: Commands;
  readonly children: Children;
  readonly values: Values;
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.history = new History(db);
    this.inbox = new Inbox(db);
    this.outbox = new Outbox(db);
    this.turns = new Turns(db);
    this.toolCalls = new ToolCalls(db);
    this.messages = new Messages(db);
    this.commands = new Commands(db);
    this.children = new Children(db);
    this.values = new Values(db);
  }

  /** All of it or nothing, flushed when this returns. A nested call joins the outer one. */
  transaction<T>(work: () => T): T {
    try {
      return inTransaction(this.#db, work);
    } catch (error) {
      this.history.rolledBack();
      this.outbox.rolledBack();
      throw error;
    }
  }

  acceptEvent(event: ReceivedPodEvent, waitsAs: WaitsAs, atMs: number): "new" | "duplicate" {
    return this.inbox.accept(event, waitsAs, atMs);
  }

  appendHistory(item: NewHistoryItem, atMs: number): HistoryItem {
    return this.transaction(() => this.history.append(item, atMs));
  }

  readHistory(query: HistoryQuery): HistoryPage {
    return this.history.read(query);
  }

  intent(intent: ToolIntent, atMs: number): void {
    this.toolCalls.intend(intent, atMs);
  }

  outcome(callId: string, outcome: ToolResult, atMs: number): boolean {
    return this.toolCalls.conclude(callId, outcome, atMs);
  }

  /** Everything that `recover` needs to rebuild the core's state. */
  loadCoreState(): SessionRows {
    return {
      waitingEvents: this.inbox.waiting(),
      waitingMessages: this.messages.waiting(),
      marks: this.inbox.marks(),
      outbox: this.outbox.marks(),
      unfinishedTurns: this.turns.unfinished(),
      turnsTaken: this.turns.taken(),
      children: this.children.all(),
      values: this.values.all(),
    };
  }

  close(): void {
    this.#db.close();
  }
}
