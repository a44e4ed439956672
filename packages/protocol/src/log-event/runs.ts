/**
 * Log events about plan runs (subject `run:<id>`), merges (`merge:<id>`), the operator's inbox
 * (`inbox:operator`) and denials.
 */
import { z } from "zod";
import { ErrorCode } from "../errors.ts";
import { CommitId, HostId, Name, PodId, RunId } from "../ids.ts";
import { Landed, MergeProblem } from "../merge.ts";
import { MergeMethod, MergeMode } from "../pod-spec.ts";
import { ReceivedPodEvent } from "../pod-event.ts";
import { Plan, RunOutcome, TaskState } from "../run.ts";

export const runLogEvents = {
  /** `hostId`: the one beside the coordinator it was submitted to, which starts its pods. */
  "run.submitted": z.object({ plan: Plan, hostId: HostId.optional() }),
  "run.task_changed": z.object({
    task: Name,
    state: TaskState,
    message: z.string().nullable(),
  }),
  "run.draining": z.object({}),
  "run.paused": z.object({}),
  "run.resumed": z.object({}),
  "run.cancelled": z.object({}),
  "run.ended": z.object({ outcome: RunOutcome }),
} as const;

export const mergeLogEvents = {
  "merge.enqueued": z.object({
    pod: PodId,
    runId: RunId.nullable(),
    branch: z.string(),
    commit: CommitId,
    base: z.string().nullable(),
    mode: MergeMode,
    method: MergeMethod,
    gate: z.string().nullable(),
    priority: z.int(),
  }),
  /** One executor, one attempt; only its report with this event's seq as fence is taken. */
  "merge.started": z.object({ hostId: HostId, attempt: z.int().min(1), land: z.boolean() }),
  /** Clean and green, waiting for a person (`review`). */
  "merge.ready": z.object({ tree: z.string() }),
  "merge.approved": z.object({ method: MergeMethod.nullable() }),
  "merge.merged": z.object({ landed: Landed }),
  "merge.blocked": z.object({ problem: MergeProblem }),
  "merge.cancelled": z.object({ reason: z.string() }),
} as const;

export const inboxLogEvents = {
  "inbox.received": z.object({ event: ReceivedPodEvent }),
  "inbox.acknowledged": z.object({ upToSeq: z.int() }),
} as const;

export const auditLogEvents = {
  "request.denied": z.object({
    method: z.string(),
    code: ErrorCode,
    message: z.string(),
  }),
} as const;
