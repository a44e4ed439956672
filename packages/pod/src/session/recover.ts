/**
 * From rows to the core's state, as it was when the last transaction was flushed. Pure: what is to
 * become of an open turn is decided by the core's `booted` step, not here.
 */
import type { InboxMarks } from "@podlane/protocol";
import { withEntries, emptyBuffer } from "../core/notify-buffer.ts";
import type { BufferEntry, EventEntry, MessageEntry, NotifyBuffer } from "../core/notify-buffer.ts";
import type { ChildEntry } from "../core/registry.ts";
import { initialState, type CoreConfig, type PodCoreState } from "../core/state.ts";
import type { Turn } from "../core/turn.ts";
import { SessionFault } from "./fault.ts";
import type { WaitingRow } from "./rows.ts";
import type { SavedValues } from "./values.ts";

export interface SessionRows {
  readonly waitingEvents: readonly WaitingRow<EventEntry>[];
  readonly waitingMessages: readonly WaitingRow<MessageEntry>[];
  readonly marks: InboxMarks;
  readonly outbox: PodCoreState["outbox"];
  /** Open turns, and closed ones not recorded by the coordinator; in order. */
  readonly unfinishedTurns: readonly Turn[];
  readonly turnsTaken: number;
  readonly children: readonly ChildEntry[];
  readonly values: SavedValues;
}

/** A pod in `starting`: the next input is `booted`. */
export function recover(config: CoreConfig, rows: SessionRows, nowMs: number): PodCoreState {
  const blank = initialState(config, nowMs);
  const { values, marks, outbox, turnsTaken } = rows;
  return {
    ...blank,
    marks,
    outbox,
    turnsTaken,
    ...openTurns(rows.unfinishedTurns),
    unreported: rows.unfinishedTurns.filter(({ state }) => state === "closed"),
    buffer: bufferOf(rows),
    registry: new Map(rows.children.map((child) => [child.id, child])),
    wake: values.wake ?? blank.wake,
    joins: values.joins ?? [],
    result: values.result ?? blank.result,
    approvals: values.approvals ?? [],
  };
}

/** At most two are open: one that closes, and the one accepted in its place. */
function openTurns(turns: readonly Turn[]): Pick<PodCoreState, "turn" | "nextTurn"> {
  const open = turns.filter(({ state }) => state !== "closed");
  const [turn = null, nextTurn = null] = open;
  if (open.length > 2 || (nextTurn !== null && nextTurn.state !== "requested")) {
    const found = open.map(({ n, state }) => `${n} ${state}`).join(", ");
    throw new SessionFault("corrupt_row", `the session has too many open turns: ${found}`);
  }
  return { turn, nextTurn };
}

/**
 * Events and messages have tables of their own; what was written ahead goes first, in the order of
 * history, and acceptance time puts the others in one line again.
 */
function bufferOf({ waitingEvents, waitingMessages, values }: SessionRows): NotifyBuffer {
  const rows = [...waitingEvents, ...waitingMessages].toSorted(compareRows);
  const entries = rows.map(({ entry }) => entry);
  return withEntries({ ...emptyBuffer, overflow: values.overflow }, entries);
}

function compareRows(one: WaitingRow<BufferEntry>, other: WaitingRow<BufferEntry>): number {
  const [first, second] = [one, other].map(({ historySeq }) => historySeq ?? Infinity);
  if (first !== second) return (first ?? 0) - (second ?? 0);
  return one.entry.acceptedAtMs - other.entry.acceptedAtMs;
}
