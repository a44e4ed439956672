/**
 * The agent lane: into the notify buffer, and out of it into history. Nothing reaches a model that
 * was not written to history first, and nothing accepted leaves here without standing there.
 */
import type { NewHistoryItem } from "@podlane/protocol";
import type { Draft } from "./draft.ts";
import type { ShownNotification } from "./effect.ts";
import { noteKick } from "./kicks.ts";
import {
  emptyBuffer,
  kickingSinceMs,
  push,
  withEntries,
  type BufferEntry,
  type OverflowSummary,
} from "./notify-buffer.ts";
import type { EntryKey } from "./record.ts";
import { renderOverflow } from "./render.ts";

/** Takes an entry in; false when there is no room and nothing left that may be merged. */
export function buffer(draft: Draft, entry: BufferEntry): boolean {
  const pushed = push(draft.state.buffer, entry);
  if (pushed === null) return false;
  draft.set({ buffer: pushed.buffer });
  for (const merged of pushed.merged) recordMerged(draft, merged);
  if (pushed.merged.length > 0) draft.save({ key: "overflow", value: pushed.buffer.overflow });
  if (entry.kicks) noteKick(draft);
  return true;
}

/**
 * While a notification turn waits for its slot, all that it will show stands in history: whoever
 * follows it hears at once what admission may hold back for long. Run when a step is done, so that
 * an event that wakes an idle pod is in history by the transaction that accepts it.
 */
export function writeAhead(draft: Draft): void {
  const { turn, buffer: waiting } = draft.state;
  const isAwaited = turn?.state === "requested" && turn.cause === "notification" && !turn.started;
  if (!isAwaited || waiting.entries.every(({ inHistory }) => inHistory)) return;
  const entries = waiting.entries.map((entry) => {
    if (entry.inHistory) return entry;
    const item = toItem(entry, null);
    draft.persist({ kind: "notification_written", entry: keyOf(entry), item });
    return { ...entry, inHistory: true };
  });
  draft.set({ buffer: { ...waiting, entries } });
}

/** Everything that waits, in the order of history, where it stands as shown in `turn`. */
export function drain(draft: Draft, turn: number): readonly ShownNotification[] {
  const { entries, overflow } = draft.state.buffer;
  draft.set({ buffer: emptyBuffer });
  const showAll = (some: readonly BufferEntry[]) => some.map((entry) => show(draft, entry, turn));
  const written = showAll(entries.filter(({ inHistory }) => inHistory));
  const counted = overflow === null ? [] : [showOverflow(draft, overflow, turn)];
  return [...written, ...counted, ...showAll(entries.filter(({ inHistory }) => !inHistory))];
}

/** An idle pod that nothing will wake writes down what its model need not be woken for. */
export function recordSilent(draft: Draft): void {
  const { buffer: waiting } = draft.state;
  if (kickingSinceMs(waiting) !== null) return;
  const silent = waiting.entries.filter(({ type }) => type === "pod_event");
  if (silent.length === 0) return;
  const left = waiting.entries.filter(({ type }) => type !== "pod_event");
  draft.set({ buffer: withEntries(waiting, left) });
  for (const entry of silent) recordUnshown(draft, entry);
}

/** Every message that waits for a model will wait for ever: its sender is told. */
export function giveUpMessages(draft: Draft, reason: string): void {
  for (const entry of draft.state.buffer.entries) {
    if (entry.type !== "message") continue;
    const { commandId } = entry;
    draft.changeReceipt({ commandId, state: "dead", turn: null, reason, at: draft.nowMs });
  }
}

function show(draft: Draft, entry: BufferEntry, turn: number): ShownNotification {
  const item = toItem(entry, turn);
  if (entry.inHistory) {
    draft.persist({ kind: "notification_shown", entry: keyOf(entry), turn });
  } else {
    draft.record(item);
  }
  if (entry.type === "message") {
    const { commandId } = entry;
    draft.changeReceipt({ commandId, state: "shown", turn, reason: null, at: draft.nowMs });
  } else {
    consume(draft, entry);
  }
  return item;
}

function showOverflow(draft: Draft, overflow: OverflowSummary, turn: number): ShownNotification {
  const body = renderOverflow(overflow);
  const { podId, podName } = draft.state.config;
  const item = {
    type: "notification",
    cause: "message",
    turn,
    body,
    message: { text: body, sender: { role: "pod", podId, name: podName } },
    shownInTurn: turn,
  } as const satisfies NewHistoryItem;
  draft.record(item);
  draft.save({ key: "overflow", value: null });
  return item;
}

function recordMerged(draft: Draft, entry: BufferEntry): void {
  recordUnshown(draft, entry);
  if (entry.type !== "message") return;
  const { commandId } = entry;
  const reason = "the inbox ran over: it stands in history and was shown as one of a counted sum";
  draft.changeReceipt({ commandId, state: "expired", turn: null, reason, at: draft.nowMs });
}

function recordUnshown(draft: Draft, entry: BufferEntry): void {
  if (!entry.inHistory) draft.record(toItem(entry, null));
  if (entry.type === "pod_event") consume(draft, entry);
}

function consume(draft: Draft, { event }: Extract<BufferEntry, { type: "pod_event" }>): void {
  draft.persist({ kind: "event_consumed", podId: event.podId, seq: event.seq });
}

function keyOf(entry: BufferEntry): EntryKey {
  if (entry.type === "message") return { type: "message", commandId: entry.commandId };
  const { podId, seq } = entry.event;
  return { type: "pod_event", podId, seq };
}

function toItem(entry: BufferEntry, turn: number | null): ShownNotification {
  const common = { type: "notification", turn, body: entry.body, shownInTurn: turn } as const;
  if (entry.type === "pod_event") return { ...common, cause: "pod_event", event: entry.event };
  const message = { ...entry.message, sender: entry.sender };
  return { ...common, cause: "message", message };
}
