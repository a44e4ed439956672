/**
 * What a step writes to the pod's session. The records of one step are one transaction.
 */
import type {
  CommandId,
  CommitId,
  NewHistoryItem,
  PodId,
  Receipt,
  ReceivedPodEvent,
  TurnResult,
} from "@podlane/protocol";
import type { MessageEntry, OverflowSummary } from "./notify-buffer.ts";
import type { ChildEntry } from "./registry.ts";
import type { Turn } from "./turn.ts";
import type { WakeBudget } from "./wake-budget.ts";

export type SessionRecord =
  /** Into the inbox. `notification`: it waits in the buffer as this; null on the control lane. */
  | {
      readonly kind: "event_accepted";
      readonly event: ReceivedPodEvent;
      readonly notification: { readonly body: string; readonly kicks: boolean } | null;
    }
  /** It left the buffer: shown, recorded or taken by a waiting call. */
  | { readonly kind: "event_consumed"; readonly podId: PodId; readonly seq: number }
  | { readonly kind: "message_accepted"; readonly entry: MessageEntry; readonly receipt: Receipt }
  /** A receipt in a final state takes its message out of the buffer. */
  | { readonly kind: "receipt_saved"; readonly receipt: Receipt }
  | { readonly kind: "history_appended"; readonly item: NewHistoryItem }
  /** As `history_appended`, ahead of the turn that will show the waiting entry. */
  | {
      readonly kind: "notification_written";
      readonly entry: EntryKey;
      readonly item: NewHistoryItem;
    }
  /** A notification that was written ahead is shown now. */
  | { readonly kind: "notification_shown"; readonly entry: EntryKey; readonly turn: number }
  | { readonly kind: "turn_saved"; readonly turn: Turn }
  /** Open tool calls of the turn get a synthetic "interrupted" result. */
  | { readonly kind: "calls_interrupted"; readonly turn: number }
  | { readonly kind: "turn_reported"; readonly turn: number }
  | { readonly kind: "child_saved"; readonly child: ChildEntry }
  | { readonly kind: "child_dropped"; readonly id: PodId }
  | { readonly kind: "outbox_acked"; readonly seq: number }
  /** The first answer to this command, for its repeats. Refusals are not recorded. */
  | { readonly kind: "command_answered"; readonly commandId: CommandId; readonly value: unknown }
  | { readonly kind: "value_saved"; readonly value: SavedValue };

/** What finds a buffer entry among the rows: of an event its sender and number. */
export type EntryKey =
  | { readonly type: "pod_event"; readonly podId: PodId; readonly seq: number }
  | { readonly type: "message"; readonly commandId: CommandId };

/** Small pieces of core state that are rewritten whole. */
export type SavedValue =
  | { readonly key: "wake"; readonly value: WakeBudget }
  | { readonly key: "overflow"; readonly value: OverflowSummary | null }
  | { readonly key: "joins"; readonly value: readonly PendingJoin[] }
  | { readonly key: "result"; readonly value: ResultState }
  | { readonly key: "approvals"; readonly value: readonly string[] };

export interface PendingJoin {
  readonly child: PodId;
  readonly commit: CommitId;
}

/** What the parent was last told of this pod's work, against what it is now. */
export interface ResultState {
  /** Handle of the last result that went up. */
  readonly reported: string;
  /** A notification turn's changed result, to go up when the pod settles. */
  readonly unreported: { readonly turn: number; readonly result: TurnResult } | null;
}
