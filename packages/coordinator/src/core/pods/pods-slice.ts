/**
 * What the log knows of each pod, and the indexes over living ones.
 */
import type {
  CommitId,
  HostId,
  InboxMarks,
  LastTurn,
  PodExit,
  PodId,
  PodProcess,
  PodSpec,
  PodState,
  RunId,
  Scope,
  TurnCause,
  TurnResult,
  Waiting,
} from "@podlane/protocol";

/** A turn from its request to its end. */
export interface CurrentTurn {
  readonly n: number;
  readonly cause: TurnCause;
  readonly phase: "requested" | "running" | "yielded";
  /** All that it yielded for, at once; empty in other phases. */
  readonly waits: readonly Waiting[];
  /** It had a slot before, gave it up and asks for one again. */
  readonly resumed: boolean;
  /** Since the phase began. */
  readonly sinceMs: number;
}

/** "I have nothing left to do", as of this report. */
export interface QuietReport {
  readonly outboxSeq: number;
  readonly inbox: InboxMarks;
}

export interface StopRequest {
  readonly mode: "shutdown" | "kill";
  readonly deadlineMs: number;
  readonly cause: "finished" | "requested" | "timeout";
  /** The next generation starts once this one is gone. */
  readonly restart: boolean;
}

/** Stands for one set of loans: a new object whenever children come or go. */
export interface LoansMark {
  readonly seq: number;
}

export interface PodEntry {
  readonly id: PodId;
  /** Of its `pod.spawned`: the submission order. */
  readonly seq: number;
  readonly spec: PodSpec;
  readonly scope: Scope;
  readonly path: string;
  readonly hostId: HostId;
  /** Spawned by the operator; stays so whoever adopts it, because the default scope hangs on it. */
  readonly topLevel: boolean;
  /** Of the top-level pod it descends from. */
  readonly runId: RunId | null;
  readonly startedAtMs: number;
  parent: PodId | null;
  /** Living ones only. */
  readonly children: Set<PodId>;
  /** Last event of each ended child that this pod has not reported as taken in. */
  readonly untaken: Map<PodId, number>;
  loansMark: LoansMark;
  generation: number;
  /** 0 until a host was asked to start this generation. */
  startAttempt: number;
  state: PodState;
  waiting: Waiting | null;
  turn: CurrentTurn | null;
  lastTurn: LastTurn | null;
  lastUserTurn: LastTurn | null;
  /** The latest result that any turn left. */
  result: TurnResult | null;
  quiet: QuietReport | null;
  stop: StopRequest | null;
  process: PodProcess | null;
  socket: string | null;
  branch: string | null;
  worktree: string | null;
  baseCommit: CommitId | null;
  exit: PodExit | null;
  /** Of its `shut_down`; 0 while it lives. */
  lastSeq: number;
  /** When its policy started it again, within the window; oldest first. */
  restartsAtMs: readonly number[];
  quarantined: boolean;
  collected: boolean;
  changedAtMs: number;
}

export interface PodsSlice {
  readonly byId: Map<PodId, PodEntry>;
  readonly living: Set<PodId>;
  /** Living pods only: a name is free again once its pod has ended. */
  readonly byName: Map<string, PodId>;
  /** Ended pods, oldest end first, for retention. */
  readonly ended: PodId[];
}

export function emptyPods(): PodsSlice {
  return { byId: new Map(), living: new Set(), byName: new Map(), ended: [] };
}
