/**
 * Writing down what a step of the core asks for, before anything else of that step happens.
 */
import type { Effect } from "../core/effect.ts";
import type { EntryKey, SessionRecord } from "../core/record.ts";
import { SessionFault } from "./fault.ts";
import type { Session } from "./session.ts";

/** One durable transaction with every `persist` and `emit` of a step; answers the other effects. */
export function commitStep(
  session: Session,
  effects: readonly Effect[],
  nowMs: number,
): readonly Effect[] {
  const rest: Effect[] = [];
  const durable = effects.filter((effect) => effect.kind === "persist" || effect.kind === "emit");
  for (const effect of effects) {
    if (effect.kind !== "persist" && effect.kind !== "emit") rest.push(effect);
  }
  if (durable.length === 0) return rest;
  session.transaction(() => {
    for (const effect of durable) {
      if (effect.kind === "emit") session.outbox.append(effect.event);
      else applyRecord(session, effect.record, nowMs);
    }
  });
  return rest;
}

function applyRecord(session: Session, record: SessionRecord, nowMs: number): void {
  switch (record.kind) {
    case "event_accepted":
      return acceptNew(session, record, nowMs);
    case "event_consumed":
      return session.inbox.consume(record.podId, record.seq);
    case "message_accepted":
      return session.messages.accept(record.entry, record.receipt);
    case "receipt_saved":
      return session.messages.saveReceipt(record.receipt);
    case "history_appended":
      return void session.history.append(record.item, nowMs);
    case "notification_written":
      return noteWritten(session, record.entry, session.history.append(record.item, nowMs));
    case "notification_shown":
      return session.history.markShown(writtenAt(session, record.entry), record.turn);
    case "turn_saved":
      return session.turns.save(record.turn);
    case "turn_reported":
      return session.turns.markReported(record.turn);
    case "calls_interrupted":
      return interruptCalls(session, record.turn, nowMs);
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

function noteWritten({ inbox, messages }: Session, entry: EntryKey, historySeq: number): void {
  if (entry.type === "message") messages.noteWritten(entry.commandId, historySeq);
  else inbox.noteWritten(entry.podId, entry.seq, historySeq);
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
function interruptCalls(session: Session, turn: number, nowMs: number): void {
  const text = "interrupted: the turn ended before the call did; its effect may have happened";
  const outcome = { ok: false, code: "interrupted", text, artifacts: [] } as const;
  for (const { callId, startedAtMs } of session.toolCalls.open(turn)) {
    session.toolCalls.conclude(callId, { ...outcome, artifacts: [] }, nowMs);
    const durationMs = Math.max(0, nowMs - startedAtMs);
    const item = { type: "tool_result", turn, callId, ...outcome, durationMs } as const;
    session.history.append({ ...item, artifacts: [] }, nowMs);
  }
}
