/**
 * One turn as the core tracks it, from the request to the closed record.
 */
import type {
  CommandId,
  ErrorCode,
  Segment,
  Sender,
  TurnCause,
  TurnOutcome,
  TurnResult,
} from "@podlane/protocol";

/**
 * `requested` → `running` ⇄ `paused` → `closing` → `closed`. Only `closed` is final; a turn that
 * was never admitted goes from `requested` to `closed`.
 */
export type TurnState = "requested" | "running" | "paused" | "closing" | "closed";

export interface TurnEnding {
  readonly outcome: TurnOutcome;
  /** The summary of a finished turn; the error's or the limit's words of another. */
  readonly message: string | null;
  readonly code: ErrorCode | null;
  readonly fatal: boolean;
  /** Whether what the turn changed stays in the worktree. */
  readonly keepPartial: boolean;
}

export interface Turn {
  readonly n: number;
  /** `user` also after a resume, whatever started it. */
  readonly cause: TurnCause;
  readonly state: TurnState;
  readonly input: readonly Segment[];
  readonly sender: Sender | null;
  /** It ran before in a process that died, or was paused: its request goes ahead of new ones. */
  readonly resumed: boolean;
  /** Its agent is at work (or held at a step); it must be told to go on, not started again. */
  readonly started: boolean;
  readonly pauseRequested: boolean;
  /** The interrupted turn it stands in for: its agent is to see what that one was shown. */
  readonly replaces: number | null;
  readonly ending: TurnEnding | null;
  readonly result: TurnResult | null;
}

/** Someone who is answered when the turn has closed. */
export interface TurnWaiter {
  readonly requestId: string;
  readonly commandId: CommandId | null;
}
