/**
 * A pod as the log knows it: what `pod.get` and `pod.list` answer.
 */
import { z } from "zod";
import { ErrorCode } from "./errors.ts";
import { CommitId, Generation, HostId, Name, PodId, RunId } from "./ids.ts";
import { ProcessExit, ShutDownCause } from "./pod-event.ts";
import { AgentSpec } from "./pod-spec.ts";
import { PodState, Waiting } from "./pod-state.ts";
import { Scope } from "./scope-rule.ts";
import { TurnCause, TurnOutcome, TurnResult } from "./turn.ts";

export const PodExit = ProcessExit.extend({
  cause: ShutDownCause,
  dirty: z.array(z.string()),
  lastOutput: z.string(),
});
export type PodExit = z.infer<typeof PodExit>;

/** The process of the current generation. */
export const PodProcess = z.object({
  pid: z.int().min(1),
  /** Clock ticks since boot (`/proc/PID/stat` field 22), against pid reuse. */
  startTime: z.string(),
});
export type PodProcess = z.infer<typeof PodProcess>;

export const LastTurn = z.object({
  turn: z.int().min(1),
  cause: TurnCause,
  outcome: TurnOutcome,
  result: TurnResult.nullable(),
  message: z.string().nullable(),
  /** Of an errored turn. */
  code: ErrorCode.nullable().default(null),
});
export type LastTurn = z.infer<typeof LastTurn>;

export const PodRecord = z.object({
  id: PodId,
  name: Name,
  /** Names from the top-level pod down, joined by `/`; a run's pods start with the run's id. */
  path: z.string(),
  generation: Generation,
  state: PodState,
  waiting: Waiting.nullable(),
  parent: PodId.nullable(),
  children: z.array(PodId),
  agent: AgentSpec,
  task: z.string().nullable(),
  scope: Scope,
  delegate: z.int(),
  priority: z.int(),
  hostId: HostId,
  process: PodProcess.nullable(),
  socket: z.string().nullable(),
  branch: z.string().nullable(),
  worktree: z.string().nullable(),
  baseCommit: CommitId.nullable(),
  turn: z.object({ n: z.int().min(1), cause: TurnCause }).nullable(),
  lastTurn: LastTurn.nullable(),
  /** Idle, nothing buffered that will kick, and no unsettled descendant; or ended. */
  settled: z.boolean(),
  runId: RunId.nullable(),
  taskId: Name.nullable(),
  startedAtMs: z.int(),
  changedAtMs: z.int(),
  exit: PodExit.nullable(),
  /** The seq of its `shut_down`; 0 while it lives, and for one that nobody above heard of. */
  lastSeq: z.int().min(0),
  /** Restarts after failures that counted at the latest one, and how many the policy allows. */
  restarts: z.object({ used: z.int().min(0), max: z.int().min(0) }),
  /** Crashed, because it had used up its restarts. */
  quarantined: z.boolean(),
});
export type PodRecord = z.infer<typeof PodRecord>;
