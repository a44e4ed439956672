/**
 * The work queue.
 */
import { z } from "zod";
import { ClaimWait, defaultClaimTtlMs, maxClaimTtlMs, minClaimTtlMs } from "../claim.ts";
import { RegistrationId, TaskId } from "../ids.ts";
import { JsonObject } from "../json-object.ts";
import { maxListedNames, maxSummaryBytes } from "../limits.ts";
import { mutation, query } from "../method.ts";
import { SubmitTask, Task, TaskError, TaskStatus, TaskType } from "../task.ts";
import { pageLimit } from "./page.ts";

const Nothing = z.object({});
const Fence = z.int().min(1);
const OneTask = z.object({ task: Task });
const Status = z.object({ status: TaskStatus });

export const taskMethods = {
  /** `not_found` for an unknown dependency, `deadlock` for one on itself. */
  "task.submit": mutation(SubmitTask, OneTask),
  /**
   * The first eligible task by priority, then age. Without one `reason` says why, and `unmet` names
   * tasks whose requirements the caller does not meet. With `wait` the answer comes once there is
   * a task, or at the deadline without one.
   */
  "task.claim": mutation(
    z.object({
      taskTypes: z.array(TaskType).min(1).max(maxListedNames).optional(),
      leaseMs: z.int().min(minClaimTtlMs).max(maxClaimTtlMs).default(defaultClaimTtlMs),
      wait: ClaimWait.default("none"),
    }),
    z.object({
      task: Task.nullable(),
      /** For `task.complete`. */
      fence: Fence.nullable(),
      reason: z.enum(["no_tasks_available", "requirements_unmet"]).nullable(),
      unmet: z.array(z.object({ task: TaskId, requirement: z.string() })).max(maxListedNames),
    }),
    { hot: ["taskTypes", "leaseMs", "wait"] },
  ),
  /** Extends every lease of the caller by its own length. */
  "task.renew": mutation(Nothing, z.object({ renewed: z.int().min(0) })),
  /**
   * `stale_token` after the lease or a cancellation; `conflict` if it has ended otherwise. Without
   * `fence` the caller's own live claim counts. Without success and with the error code
   * `cancelled_by_orchestrator` it is `task.cancel`, which needs no claim.
   */
  "task.complete": mutation(
    z.object({
      task: TaskId,
      success: z.boolean(),
      result: JsonObject.optional(),
      /** Of a failure, which is final. */
      error: TaskError.optional(),
      fence: Fence.optional(),
    }),
    Status,
    { hot: ["task", "success", "result", "error", "fence"] },
  ),
  /** At any age: an ended task is folded from the log again. */
  "task.get": query(z.object({ task: TaskId }), OneTask),
  /** Claimed or not; a worker that completes it later is told `stale_token`. */
  "task.cancel": mutation(
    z.object({ task: TaskId, reason: z.string().max(maxSummaryBytes).default("") }),
    Status,
  ),
  /** Open tasks, and those ended ones that are still in memory. */
  "task.list": query(
    z.object({
      statuses: z.array(TaskStatus).optional(),
      taskTypes: z.array(TaskType).max(maxListedNames).optional(),
      claimedBy: RegistrationId.optional(),
      /** `next`: only those that may be claimed, in the order in which they will be. */
      order: z.enum(["newest", "next"]).default("newest"),
      limit: pageLimit,
    }),
    z.object({ tasks: z.array(Task) }),
  ),
} as const;

export const taskPushMethods = {
  /** A claim of the receiver ended without its word: it stops working on the task. */
  "task.lost": query(
    z.object({
      task: TaskId,
      fence: Fence,
      how: z.enum(["cancelled", "timed_out", "lease_expired"]),
    }),
    Nothing,
    { deadlineMs: 5_000 },
  ),
} as const;
