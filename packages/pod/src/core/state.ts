/**
 * The whole state of a pod's controller. Immutable: a step answers a new one.
 */
import type {
  CommitId,
  Generation,
  InboxMarks,
  Name,
  PodId,
  PodSettings,
  ShutDownCause,
  Waiting,
} from "@podlane/protocol";
import type { Input } from "./input.ts";
import { emptyBuffer, type NotifyBuffer } from "./notify-buffer.ts";
import type { PendingJoin, ResultState } from "./record.ts";
import type { Registry } from "./registry.ts";
import type { Turn, TurnWaiter } from "./turn.ts";
import { fullBudget, type WakeBudget } from "./wake-budget.ts";

/** The states a living pod runtime can be in. The others are its host's to say. */
export type Phase = "starting" | "idle" | "running" | "paused" | "stopping";

export interface CoreConfig {
  readonly podId: PodId;
  readonly podName: Name;
  readonly generation: Generation;
  readonly settings: Pick<PodSettings, "coalesceMs" | "wakeBudgetPerMinute">;
  /** Where the pod's branch starts: its result before any turn. */
  readonly baseCommit: CommitId | null;
}

export interface PodCoreState {
  readonly config: CoreConfig;
  readonly phase: Phase;
  readonly waiting: Waiting | null;
  /** Methods and events that came while `starting`, in order. */
  readonly queued: readonly Input[];
  /** The open turn; null when idle. */
  readonly turn: Turn | null;
  /** A user turn accepted while another closes (`run` on a paused pod). */
  readonly nextTurn: Turn | null;
  readonly turnsTaken: number;
  readonly turnWaiters: readonly TurnWaiter[];
  /** Closed turns whose end the coordinator has not recorded yet. */
  readonly unreported: readonly Turn[];
  readonly buffer: NotifyBuffer;
  /** When the pending coalescing window ends; null: none is open. */
  readonly kickAtMs: number | null;
  readonly wakeAtMs: number | null;
  readonly parkedKicks: number;
  readonly wake: WakeBudget;
  readonly registry: Registry;
  /** Highest seq taken in of each child, the dead included. */
  readonly marks: InboxMarks;
  /** Lowest seq of a child that was not accepted: what follows it waits, so that order is kept. */
  readonly held: Readonly<Record<string, number>>;
  readonly joins: readonly PendingJoin[];
  /** Joins the shell was asked for in this process. */
  readonly joining: readonly PendingJoin[];
  readonly approvals: readonly string[];
  readonly outbox: { readonly lastSeq: number; readonly ackedSeq: number };
  readonly result: ResultState;
  readonly coordinatorLost: boolean;
  /** What the last `report_quiet` said, to say each thing once. */
  readonly quietReported: string | null;
  readonly exitCause: ShutDownCause | null;
  readonly hasLeft: boolean;
}

/** A pod that has never run. */
export function initialState(config: CoreConfig, nowMs: number): PodCoreState {
  return {
    config,
    phase: "starting",
    waiting: null,
    queued: [],
    turn: null,
    nextTurn: null,
    turnsTaken: 0,
    turnWaiters: [],
    unreported: [],
    buffer: emptyBuffer,
    kickAtMs: null,
    wakeAtMs: null,
    parkedKicks: 0,
    wake: fullBudget(config.settings.wakeBudgetPerMinute, nowMs),
    registry: new Map(),
    marks: {},
    held: {},
    joins: [],
    joining: [],
    approvals: [],
    outbox: { lastSeq: 0, ackedSeq: 0 },
    result: { reported: config.baseCommit ?? "", unreported: null },
    coordinatorLost: false,
    quietReported: null,
    exitCause: null,
    hasLeft: false,
  };
}
