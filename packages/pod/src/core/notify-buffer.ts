/**
 * The agent lane's waiting room: what was accepted and not yet shown to the model. It takes
 * nothing but agent-visible events and messages; a control event does not compile.
 */
import type { AgentVisiblePodEvent, CommandId, Message, Sender } from "@podlane/protocol";

export interface EventEntry {
  readonly type: "pod_event";
  readonly event: AgentVisiblePodEvent;
  readonly body: string;
  readonly acceptedAtMs: number;
  readonly kicks: boolean;
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
  readonly entries: readonly BufferEntry[];
  readonly bytes: number;
  readonly overflow: OverflowSummary | null;
}

export const emptyBuffer: NotifyBuffer = { entries: [], bytes: 0, overflow: null };
