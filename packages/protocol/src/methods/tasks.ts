/**
 * The work queue. Guardrails run on submit, claim and complete, and fail closed: `denied`.
 */
import { z } from "zod";
import { defaultClaimTtlMs, maxClaimTtlMs, minClaimTtlMs } from "../claim.ts";
import { TaskId } from "../ids.ts";
import { JsonObject } from "../json-object.ts";
import { maxListedNames, maxSummaryBytes } from "../limits.ts";
import { mutation, query } from "../method.ts";
import { SubmitTask, Task, TaskError, TaskStatus, TaskType } from "../task.ts";
import { pageLimit } from "./page.ts";

const Fence = z.int().min(1);
const OneTask = z.object({ task: Task });

export const taskMethods = {
  /** `not_found` for an unknown dependency, `deadlock` for a cycle, with the ids. */
  "task.submit": mutation(SubmitTask, OneTask),
  /**
   * The first eligible task by priority, then age. The lease is renewed like a claim. Without a
   * task `reason` says why; `unmet` names tasks whose requirements the caller does not meet.
   */
  "task.claim": mutation(
    z.object({
      taskTypes: z.array(TaskType).max(maxListedNames).optional(),
      leaseMs: z.int().min(minClaimTtlMs).max(maxClaimTtlMs).default(defaultClaimTtlMs),
    }),
    z.object({
      task: Task.nullable(),
      /** For `task.complete`. */
      fence: Fence.nullable(),
      leaseUntilMs: z.int().nullable(),
      reason: z.enum(["no_tasks_available", "requirements_unmet"]).nullable(),
      unmet: z.array(z.object({ task: TaskId, requirement: z.string() })).max(maxListedNames),
    }),
  ),
  /**
   * `stale_token` after the lease; `conflict` if it has ended otherwise. Without `fence`, the
   * caller's own live claim counts.
   */
  "task.complete": mutation(
    z.object({
      task: TaskId,
      success: z.boolean(),
      result: JsonObject.nullable().default(null),
      /** Of a failure; a failed task is tried again until its attempts are used up. */
      error: TaskError.nullable().default(null),
      fence: Fence.optional(),
    }),
    OneTask,
  ),
  /** At any age: an ended task is folded from the log again. */
  "task.get": query(z.object({ task: TaskId }), OneTask),
  /** Claimed or not; a worker that completes it later is told `stale_token`. */
  "task.cancel": mutation(
    z.object({ task: TaskId, reason: z.string().max(maxSummaryBytes).default("") }),
    OneTask,
  ),
  "task.list": query(
    z.object({
      statuses: z.array(TaskStatus).optional(),
      taskTypes: z.array(TaskType).max(maxListedNames).optional(),
      limit: pageLimit,
    }),
    z.object({ tasks: z.array(Task) }),
  ),
} as const;
