/**
 * Log events about pods and the scopes lent to them. Subject: `pod:<id>`.
 */
import { z } from "zod";
import { ErrorCode } from "../errors.ts";
import { CommitId, Generation, HostId, PodId } from "../ids.ts";
import { PodExit, PodProcess } from "../pod-record.ts";
import { PodSpec } from "../pod-spec.ts";
import { PodState, Waiting } from "../pod-state.ts";
import { Scope } from "../scope-rule.ts";
import { TurnCause, TurnOutcome, TurnResult } from "../turn.ts";

const generation = { generation: Generation };
const turn = { ...generation, turn: z.int().min(1) };

/** For each child, the highest seq of its events that this pod has taken in. */
export const InboxMarks = z.record(z.string(), z.int().min(0));
export type InboxMarks = z.infer<typeof InboxMarks>;

export const podLogEvents = {
  "pod.spawned": z.object({
    id: PodId,
    parent: PodId.nullable(),
    hostId: HostId,
    path: z.string(),
    /** The scope as lent: canonical, never null. */
    scope: Scope,
    spec: PodSpec,
  }),
  "pod.start_requested": z.object({ ...generation, attempt: z.int().min(1) }),
  "pod.started": z.object({
    ...generation,
    process: PodProcess,
    branch: z.string().nullable(),
    worktree: z.string(),
    baseCommit: CommitId,
  }),
  "pod.ready": z.object({ ...generation, socket: z.string() }),
  "pod.transitioned": z.object({
    ...generation,
    state: PodState,
    waiting: Waiting.nullable(),
  }),
  "pod.turn_requested": z.object({ ...turn, cause: TurnCause, resumed: z.boolean() }),
  "pod.turn_admitted": z.object(turn),
  /** The turn waits and gave up its slot. */
  "pod.turn_yielded": z.object({
    ...turn,
    waiting: Waiting,
    beside: z.array(Waiting).default([]),
  }),
  "pod.turn_ended": z.object({
    ...turn,
    cause: TurnCause,
    outcome: TurnOutcome,
    result: TurnResult.nullable(),
    message: z.string().nullable(),
    code: ErrorCode.nullable().default(null),
  }),
  /** The pod itself has nothing left to do; whether its tree is settled is a fold of these. */
  "pod.quiet": z.object({
    ...generation,
    /** The last event it sent that its parent has acknowledged. */
    outboxSeq: z.int().min(0),
    inbox: InboxMarks,
  }),
  "pod.stop_requested": z.object({
    mode: z.enum(["shutdown", "kill"]),
    deadlineMs: z.int().min(0),
    cause: z.enum(["finished", "requested", "timeout"]),
    /** The next generation starts once this one is gone. */
    restart: z.boolean().default(false),
  }),
  /** A death that is not the end: scope, children and claims stay with the next generation. */
  "pod.restarting": z.object({
    ...generation,
    exit: PodExit,
    nextGeneration: Generation,
    /** `failure`: counted against the policy; `requested`: somebody asked for it. */
    reason: z.enum(["failure", "requested"]),
  }),
  "pod.exited": z.object({
    ...generation,
    exit: PodExit,
    /** The seq of its `shut_down`, so that a parent counts as settled only after taking it in. */
    lastSeq: z.int().min(0),
    /** It had used up its restarts. */
    quarantined: z.boolean().default(false),
  }),
  "pod.reparented": z.object({ from: PodId, to: PodId.nullable() }),
  "pod.collected": z.object({ snapshot: z.string().nullable() }),
  "pod.touched": z.object({
    ...generation,
    paths: z.array(z.string()).max(256),
    access: z.enum(["read", "write"]),
  }),
  "scope.lent": z.object({ from: PodId.nullable(), scope: Scope }),
  "scope.returned": z.object({ to: PodId.nullable(), scope: Scope }),
} as const;
