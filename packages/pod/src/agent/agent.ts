/**
 * What every agent is to the pod runtime: something that runs one turn at a time and reaches the
 * world only through the hooks it is given. Script and shell agents live beside this file; ACP and
 * model agents implement the same interface. Never decides what a turn means to the pod.
 */
import type {
  ErrorCode,
  Fault,
  NotificationItem,
  Outcome,
  Segment,
  ToolResult,
  TurnCause,
} from "@podlane/protocol";

export interface AgentTurn {
  readonly turn: number;
  readonly cause: TurnCause;
  readonly podName: string;
  /** The task it was spawned with, or pulled for this turn; the turn's own words are in `input`. */
  readonly task: string | null;
  readonly input: readonly Segment[];
  /** Drained when the turn started; later ones arrive with `AgentHooks.step`. */
  readonly notifications: readonly NotificationItem[];
  /** Steps already done when an interrupted turn is taken up again; 0 for a new turn. */
  readonly firstStep: number;
}

export interface StepAnswer {
  readonly proceed: "go" | "cancel";
  readonly notifications: readonly NotificationItem[];
}

/** What a `wait_for` waits for: a child's turn, by its name, or a notification, by its kind. */
export type WaitCondition = { readonly turnEnded: string } | { readonly notification: string };

export interface AgentHooks {
  /**
   * Head of step `index` (0-based): the safe point for pause and joins, and the drain point of
   * notifications. Resolves when the agent may go on. All steps before `index` have their outcome.
   */
  step(index: number): Promise<StepAnswer>;
  callTool(tool: string, params: unknown): Promise<ToolResult>;
  /** Resolves once such an event has been taken in, or at once for one no earlier wait has seen. */
  waitFor(condition: WaitCondition): Promise<Outcome<void>>;
  commit(message: string): Promise<ToolResult>;
  /** Assistant text into history. */
  say(text: string): void;
  /** Raw output, into the pod's log. */
  output(text: string): void;
  /** Aborted when the turn is cancelled or the pod shuts down. */
  readonly signal: AbortSignal;
}

/**
 * How the agent says its turn ended. A turn whose signal was aborted ends `errored interrupted`;
 * the runtime, which aborted it, knows whether that is a cancel, a pause or a shutdown.
 * `fatal`: the agent itself is gone; the next turn starts it again.
 */
export type AgentOutcome =
  | { readonly kind: "finished"; readonly summary: string }
  | {
      readonly kind: "errored";
      readonly code: ErrorCode;
      readonly message: string;
      readonly fatal: boolean;
    };

export interface Agent {
  /** Turns never overlap. Never rejects for what the agent's program does. */
  runTurn(turn: AgentTurn, hooks: AgentHooks): Promise<AgentOutcome>;
  /** Ends the agent's processes, all of them, and resolves when they are gone. Idempotent. */
  stop(): Promise<void>;
}

export interface AgentContext {
  /** Real path; the working directory of the agent's processes. */
  readonly worktree: string;
  /** The whole environment of the agent's processes: nothing is inherited beside it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The program of a script agent's process (`script-agent/main`), as source or bundle. */
  readonly scriptEntry: string;
  /** Flags of Node before that entry; running from source needs the condition for it. */
  readonly nodeFlags?: readonly string[];
  /** A hook that threw while an agent's process called it; the call is answered `internal`. */
  readonly onFault: (fault: Fault) => void;
  /** Between SIGTERM and SIGKILL of a process group. */
  readonly graceMs: number;
}

/** An agent's own error, as an outcome. */
export function errored(code: ErrorCode, message: string, fatal = false): AgentOutcome {
  return { kind: "errored", code, message, fatal };
}
