/**
 * What the controller asks of the shell, as one union: the only way out of the core.
 *
 * Order of a step's effects: every `persist` and `emit` comes first, and the shell MUST put all of
 * them in one durable transaction before it runs any other. `start_turn`, `deliver`, `join_child`,
 * `close_turn` and `end_turn` share the worktree: the shell runs them one after another, in the
 * order in which they were asked for.
 */
import type {
  CommitId,
  ErrorCode,
  InboxMarks,
  NewHistoryItem,
  Outcome,
  PodEvent,
  PodId,
  PodState,
  Receipt,
  Segment,
  ShutDownCause,
  StoppedOutcome,
  TurnCause,
  TurnOutcome,
  TurnResult,
  Waiting,
} from "@podlane/protocol";
import type { TimerName } from "./input.ts";
import type { SessionRecord } from "./record.ts";

/** A notification as it was written to history; `body` is the text for the model. */
export type ShownNotification = Extract<NewHistoryItem, { type: "notification" }>;

export type Effect =
  | { readonly kind: "persist"; readonly record: SessionRecord }
  /** Into the outbox (already numbered), and after the transaction up to the parent. */
  | { readonly kind: "emit"; readonly event: PodEvent }
  /** The answer to a method or event. An error on an event means: not acknowledged. */
  | { readonly kind: "reply"; readonly requestId: string; readonly outcome: Outcome<unknown> }
  | { readonly kind: "receipt_changed"; readonly receipt: Receipt }
  /** Ask the coordinator for a slot; answered by `turn_admitted`. May be asked twice. */
  | {
      readonly kind: "request_turn";
      readonly turn: number;
      readonly cause: TurnCause;
      readonly resumed: boolean;
    }
  /**
   * Activate the agent. `resumed`: this very turn was open when the last process died. `replaces`:
   * that turn was, and the agent needs what its history shows for it.
   */
  | {
      readonly kind: "start_turn";
      readonly turn: number;
      readonly cause: TurnCause;
      readonly input: readonly Segment[];
      readonly notifications: readonly ShownNotification[];
      readonly resumed: boolean;
      readonly replaces: number | null;
    }
  /**
   * The answer to an `agent_step`. `pause` holds the step: one more `deliver` for the same step
   * follows. `cancel`: the turn is over, the agent stops.
   */
  | {
      readonly kind: "deliver";
      readonly turn: number;
      readonly proceed: "go" | "pause" | "cancel";
      readonly notifications: readonly ShownNotification[];
    }
  /** The agent is done: commit its work, answer `turn_closed`. */
  | { readonly kind: "close_turn"; readonly turn: number; readonly summary: string }
  /** Stop the agent, keep or drop the turn's work, answer `turn_closed`. */
  | {
      readonly kind: "end_turn";
      readonly turn: number;
      readonly keepPartial: boolean;
      readonly outcome: StoppedOutcome;
    }
  /** `pod.turn_end`; at least once, answered by `turn_reported`. */
  | {
      readonly kind: "report_turn_end";
      readonly turn: number;
      readonly cause: TurnCause;
      readonly outcome: TurnOutcome;
      readonly result: TurnResult | null;
      readonly message: string | null;
      readonly code: ErrorCode | null;
    }
  /** `pod.transition`; the newest replaces those not yet sent. */
  | {
      readonly kind: "report_transition";
      readonly state: PodState;
      readonly waiting: Waiting | null;
    }
  /** `pod.settled`; the newest replaces those not yet sent. */
  | { readonly kind: "report_quiet"; readonly outboxSeq: number; readonly inbox: InboxMarks }
  /** Setting a timer again moves it. */
  | { readonly kind: "set_timer"; readonly name: TimerName; readonly atMs: number }
  | { readonly kind: "clear_timer"; readonly name: TimerName }
  /** Merge the child's commit into the own branch; answered by `child_joined`. */
  | { readonly kind: "join_child"; readonly child: PodId; readonly commit: CommitId }
  /** Leave. The host sends `shut_down` once the process is proven gone. */
  | { readonly kind: "exit"; readonly cause: ShutDownCause }
  /** A line for the control lane's log: nobody's model ever sees it. */
  | {
      readonly kind: "log_control";
      readonly note: "unknown_kind" | "unknown_sender" | "stale_generation";
      readonly podId: PodId;
      readonly seq: number;
      readonly detail: string;
    };

export type EffectOf<K extends Effect["kind"]> = Extract<Effect, { kind: K }>;
