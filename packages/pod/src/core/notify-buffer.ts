/**
 * The agent lane's waiting room: what was accepted and not yet shown to the model. It takes
 * nothing but agent-visible events and messages; a control event does not compile.
 */
import type { AgentVisiblePodEvent, CommandId, Message, PodId, Sender } from "@podlane/protocol";
import { maxBufferedBytes, maxBufferedEntries } from "./limits.ts";

export interface EventEntry {
  readonly type: "pod_event";
  readonly event: AgentVisiblePodEvent;
  /** Rendered once, shown as it is. */
  readonly body: string;
  readonly acceptedAtMs: number;
  /** It wakes an idle pod. */
  readonly kicks: boolean;
  /** It stands in history already; the turn that shows it is still to start. */
  readonly inHistory: boolean;
}

export interface MessageEntry {
  readonly type: "message";
  readonly commandId: CommandId;
  readonly message: Message;
  readonly sender: Sender;
  readonly body: string;
  readonly acceptedAtMs: number;
  readonly kicks: boolean;
  /** `steer`: it wakes the pod whatever the wake budget says. */
  readonly urgent: boolean;
  readonly inHistory: boolean;
}

export type BufferEntry = EventEntry | MessageEntry;

/** What was merged when the buffer ran over: each one stands in history, none in the buffer. */
export interface OverflowSummary {
  readonly messages: number;
  readonly stoppedTurns: number;
  readonly sinceMs: number;
  readonly kicks: boolean;
  readonly urgent: boolean;
}

export interface NotifyBuffer {
  /** In the order in which they were accepted. */
  readonly entries: readonly BufferEntry[];
  readonly bytes: number;
  readonly overflow: OverflowSummary | null;
}

export const emptyBuffer: NotifyBuffer = { entries: [], bytes: 0, overflow: null };

export interface Pushed {
  readonly buffer: NotifyBuffer;
  /** Entries that made room: to be recorded in history, where nothing is dropped. */
  readonly merged: readonly BufferEntry[];
}

/**
 * The buffer with the entry at its end, or null when it is full: over the bound the oldest
 * coalescable entries merge into the summary; when only others are left, the sender has to wait.
 */
export function push(buffer: NotifyBuffer, entry: BufferEntry): Pushed | null {
  const merged: BufferEntry[] = [];
  let room = buffer;
  while (!fits(room, entry)) {
    const oldest = room.entries.find(isCoalescable);
    if (oldest === undefined) return null;
    merged.push(oldest);
    room = merge(room, oldest);
  }
  return { buffer: withEntries(room, [...room.entries, entry]), merged };
}

/** The buffer without one event, or null when it does not hold it. */
export function takeEvent(buffer: NotifyBuffer, podId: PodId, seq: number): NotifyBuffer | null {
  const entries = buffer.entries.filter(
    (entry) => entry.type !== "pod_event" || entry.event.podId !== podId || entry.event.seq !== seq,
  );
  return entries.length === buffer.entries.length ? null : withEntries(buffer, entries);
}

export function withEntries(buffer: NotifyBuffer, entries: readonly BufferEntry[]): NotifyBuffer {
  const bytes = entries.reduce((sum, { body }) => sum + utf8Bytes(body), 0);
  return { ...buffer, entries, bytes };
}

export function isEmpty({ entries, overflow }: NotifyBuffer): boolean {
  return entries.length === 0 && overflow === null;
}

/** When the oldest entry that wakes a pod was accepted; null: nothing in here does. */
export function kickingSinceMs({ entries, overflow }: NotifyBuffer): number | null {
  if (overflow?.kicks === true) return overflow.sinceMs;
  return entries.find(({ kicks }) => kicks)?.acceptedAtMs ?? null;
}

export function hasUrgent({ entries, overflow }: NotifyBuffer): boolean {
  if (overflow?.urgent === true) return true;
  return entries.some((entry) => entry.type === "message" && entry.urgent);
}

function fits(buffer: NotifyBuffer, { body }: BufferEntry): boolean {
  const count = buffer.entries.length + (buffer.overflow === null ? 0 : 1);
  return count < maxBufferedEntries && buffer.bytes + utf8Bytes(body) <= maxBufferedBytes;
}

function isCoalescable(entry: BufferEntry): boolean {
  return entry.type === "message" || entry.event.kind === "turn_stopped";
}

function merge(buffer: NotifyBuffer, entry: BufferEntry): NotifyBuffer {
  const { overflow } = buffer;
  const isMessage = entry.type === "message";
  const summary: OverflowSummary = {
    messages: (overflow?.messages ?? 0) + (isMessage ? 1 : 0),
    stoppedTurns: (overflow?.stoppedTurns ?? 0) + (isMessage ? 0 : 1),
    sinceMs: overflow?.sinceMs ?? entry.acceptedAtMs,
    kicks: (overflow?.kicks ?? false) || entry.kicks,
    urgent: (overflow?.urgent ?? false) || (isMessage && entry.urgent),
  };
  const left = buffer.entries.filter((other) => other !== entry);
  return { ...withEntries(buffer, left), overflow: summary };
}

const encoder = new TextEncoder();

function utf8Bytes(text: string): number {
  return encoder.encode(text).byteLength;
}
