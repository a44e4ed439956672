/**
 * Writing down what a step of the core asks for, before anything else of that step happens.
 */
import type { HistoryItem } from "@podlane/protocol";
import type { Effect } from "../core/effect.ts";
import type { EntryKey, SessionRecord } from "../core/record.ts";
import { SessionFault } from "./fault.ts";
import type { Session } from "./session.ts";

export interface CommittedStep {
  /** What is still to be done about the step. */
  readonly rest: readonly Effect[];
  /** What it added to history, in order. */
  readonly written: readonly HistoryItem[];
}

/** One durable transaction with every `persist` and `emit` of a step. */
export function commitStep(
  session: Session,
  effects: readonly Effect[],
  nowMs: number,
): CommittedStep {
  const rest: Effect[] = [];
  const durable = effects.filter((effect) => effect.kind === "persist" || effect.kind === "emit");
  for (const effect of effects) {
    if (effect.kind !== "persist" && effect.kind !== "emit") rest.push(effect);
  }
  if (durable.length === 0) return { rest, written: [] };
  const written: HistoryItem[] = [];
  session.transaction(() => {
    for (const effect of durable) {
      if (effect.kind === "emit") session.outbox.append(effect.event);
      else written.push(...applyRecord(session, effect.record, nowMs));
    }
  });
  return { rest, written };
}

/** Answers what the record added to history. */
function applyRecord(session: Session, record: SessionRecord, nowMs: number): HistoryItem[] {
  const { kind } = record;
  if (kind === "history_appended") return [session.history.append(record.item, nowMs)];
  if (kind === "notification_written") return [writeAhead(session, record, nowMs)];
  if (kind === "calls_interrupted") return interruptCalls(session, record.turn, nowMs);
  save(session, record, nowMs);
  return [];
}

type HistoryRecord = Extract<
  SessionRecord,
  { kind: "history_appended" | "notification_written" | "calls_interrupted" }
>;

function save(
  session: Session,
  record: Exclude<SessionRecord, HistoryRecord>,
  nowMs: number,
): void {
  switch (record.kind) {
    case "event_accepted":
      return acceptNew(session, record, nowMs);
    case "event_consumed":
      return session.inbox.consume(record.podId, record.seq);
    case "message_accepted":
      return session.messages.accept(record.entry, record.receipt);
    case "receipt_saved":
      return session.messages.saveReceipt(record.receipt);
    case "notification_shown":
      return session.history.markShown(writtenAt(session, record.entry), record.turn);
    case "turn_saved":
      return session.turns.save(record.turn);
    case "turn_reported":
      return session.turns.markReported(record.turn);
    case "child_saved":
      return session.children.save(record.child);
    case "child_dropped":
      return session.children.drop(record.id);
    case "outbox_acked":
      return session.outbox.ack(record.seq);
    case "command_answered":
      return session.commands.save(record.commandId, record.value);
    case "value_saved":
      return session.values.save(record.value);
    default:
      return record satisfies never;
  }
}

function writeAhead(
  session: Session,
  { entry, item }: Extract<SessionRecord, { kind: "notification_written" }>,
  nowMs: number,
): HistoryItem {
  const written = session.history.append(item, nowMs);
  if (entry.type === "message") session.messages.noteWritten(entry.commandId, written.seq);
  else session.inbox.noteWritten(entry.podId, entry.seq, written.seq);
  return written;
}

function writtenAt({ inbox, messages }: Session, entry: EntryKey): number {
  return entry.type === "message"
    ? messages.writtenAt(entry.commandId)
    : inbox.writtenAt(entry.podId, entry.seq);
}

/** The shell asks `inbox.has` before the step; a duplicate here means two steps took one event. */
function acceptNew(
  session: Session,
  { event, notification }: Extract<SessionRecord, { kind: "event_accepted" }>,
  nowMs: number,
): void {
  if (session.acceptEvent(event, notification, nowMs) === "new") return;
  const id = `${event.podId}/${event.seq}`;
  const message = `event ${id} was accepted twice; ask inbox.has before a step`;
  throw new SessionFault("out_of_order", message);
}

/** Open calls end as interrupted: nobody knows what became of them, and the model is told so. */
function interruptCalls(session: Session, turn: number, nowMs: number): HistoryItem[] {
  const text = "interrupted: the turn ended before the call did; its effect may have happened";
  const outcome = { ok: false, code: "interrupted", text, artifacts: [] } as const;
  return session.toolCalls.open(turn).map(({ callId, startedAtMs }) => {
    session.toolCalls.conclude(callId, { ...outcome, artifacts: [] }, nowMs);
    const durationMs = Math.max(0, nowMs - startedAtMs);
    const item = { type: "tool_result", turn, callId, ...outcome, durationMs } as const;
    return session.history.append({ ...item, artifacts: [] }, nowMs);
  });
}
