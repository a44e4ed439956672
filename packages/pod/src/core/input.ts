/**
 * Everything that can happen to a pod, as one union: the only way into the controller. Time and
 * randomness arrive here (`nowMs` of the step, `boundary`), because the core has neither.
 */
import type {
  CommandId,
  CommitId,
  ErrorCode,
  Generation,
  Name,
  ParsedParamsOf,
  PodId,
  PodMethods,
  ReceivedPodEvent,
  Scope,
  Sender,
  TurnResult,
  Waiting,
} from "@podlane/protocol";

/** The methods of a pod that change what it does; the others only read and never get here. */
export type CoreMethod = "run" | "notify" | "steer" | "pause" | "resume" | "cancel" | "shutdown";

/** Answered by a `reply` with the same `requestId`, at once or (cancel) when it is done. */
export type MethodInput = {
  [M in CoreMethod]: {
    readonly kind: "method";
    readonly requestId: string;
    readonly method: M;
    readonly params: ParsedParamsOf<PodMethods, M>;
    readonly sender: Sender;
    /** A repeat was answered from the session before it got here. `notify`, `steer` need it. */
    readonly commandId: CommandId | null;
    /** Unguessable, fresh for each input: fences the message in the text a model is shown. */
    readonly boundary: string;
  };
}[CoreMethod];

/** An event of a child. An error reply means "not accepted": the sender keeps it and retries. */
export interface PodEventInput {
  readonly kind: "pod_event";
  readonly requestId: string;
  readonly event: ReceivedPodEvent;
  /** Its (podId, seq) is in the inbox already: it is acknowledged again and nothing else. */
  readonly duplicate: boolean;
  readonly boundary: string;
}

/** The runtime is up: leaves `starting`, takes up what the last process left open. */
export interface BootedInput {
  readonly kind: "booted";
  /** The agent goes on inside an interrupted turn; others get a new turn of the same cause. */
  readonly agentResumes: boolean;
}

/** The coordinator gave the requested (or resumed) turn its slot. */
export interface TurnAdmittedInput {
  readonly kind: "turn_admitted";
  readonly turn: number;
}

/** The head of a model step: safe point and drain point. Answered by a `deliver`. */
export interface AgentStepInput {
  readonly kind: "agent_step";
  readonly turn: number;
}

export type AgentOutcome =
  | { readonly kind: "finished"; readonly summary: string }
  | { readonly kind: "limit_reached"; readonly message: string }
  | {
      readonly kind: "errored";
      readonly code: ErrorCode;
      readonly message: string;
      /** The agent cannot go on: credentials, quota, its program gone. */
      readonly fatal: boolean;
    };

export interface AgentDoneInput {
  readonly kind: "agent_done";
  readonly turn: number;
  readonly outcome: AgentOutcome;
}

/** The shell answered `close_turn` or `end_turn`: the work is committed, or could not be (null). */
export interface TurnClosedInput {
  readonly kind: "turn_closed";
  readonly turn: number;
  readonly result: TurnResult | null;
}

/** A waiting call took these as its own result: they are not notified again. */
export interface ConsumedInput {
  readonly kind: "consumed";
  readonly events: readonly { readonly podId: PodId; readonly seq: number }[];
}

/** A timer that `set_timer` asked for. One that was cleared meanwhile does nothing. */
export interface TimerInput {
  readonly kind: "timer";
  readonly name: TimerName;
}
/** `kick`: a coalescing window ends. `wake`: the budget refilled. `shutdown`: the deadline. */
export type TimerName = "kick" | "wake" | "shutdown";

/** The parent acknowledged every event up to `seq`. */
export interface OutboxAckedInput {
  readonly kind: "outbox_acked";
  readonly seq: number;
}

/** What the running turn waits for, told by whoever waits (tool host, link); null: it goes on. */
export interface WaitingInput {
  readonly kind: "waiting";
  readonly waiting: Waiting | null;
}

/** A child of this pod said hello: it is recorded and told upward. A repeat is a no-op. */
export interface ChildReadyInput {
  readonly kind: "child_ready";
  readonly child: {
    readonly id: PodId;
    readonly name: Name;
    readonly generation: Generation;
    readonly socket: string | null;
    readonly scope: Scope;
  };
}

/** The shell answered `join_child`; a conflict is not tried again with the same commit. */
export interface ChildJoinedInput {
  readonly kind: "child_joined";
  readonly child: PodId;
  readonly commit: CommitId;
}

/** The coordinator recorded this turn's end. */
export interface TurnReportedInput {
  readonly kind: "turn_reported";
  readonly turn: number;
}

/** An `input_requested` of this pod was answered, or its deadline passed. */
export interface InputAnsweredInput {
  readonly kind: "input_answered";
  readonly requestId: string;
}

export interface CoordinatorInput {
  readonly kind: "coordinator_lost" | "coordinator_found";
}

export type Input =
  | MethodInput
  | PodEventInput
  | BootedInput
  | TurnAdmittedInput
  | AgentStepInput
  | AgentDoneInput
  | TurnClosedInput
  | ConsumedInput
  | TimerInput
  | OutboxAckedInput
  | WaitingInput
  | ChildReadyInput
  | ChildJoinedInput
  | TurnReportedInput
  | InputAnsweredInput
  | CoordinatorInput;
