/**
 * The work queue: tasks that anybody submits and that agents claim one at a time. (A task of a plan
 * is in `run.ts`.)
 */
import { z } from "zod";
import { ErrorCode } from "./errors.ts";
import { RegistrationId, TaskId } from "./ids.ts";
import { JsonObject } from "./json-object.ts";
import { maxListedNames, maxMessageBytes, maxTaskAttempts, maxTagLength } from "./limits.ts";
import { Priority, defaultPriority } from "./priority.ts";
import { TrustLevel } from "./profile.ts";

/** The last five are terminal: neither they nor their results change. */
export const TaskStatus = z.enum([
  "pending",
  "claimed",
  "completed",
  "failed",
  "cancelled",
  "blocked_by_failure",
  "dead_lettered",
]);
export type TaskStatus = z.infer<typeof TaskStatus>;

/** What becomes of a task when one that it depends on fails. */
export const DependencyFailurePolicy = z.enum(["cancel", "keep", "run_anyway"]);
export type DependencyFailurePolicy = z.infer<typeof DependencyFailurePolicy>;

export const TaskType = z.string().min(1).max(maxTagLength);

/** What an agent must have before it may claim the task; absent: nothing. */
export const AgentRequirements = z.object({
  agentTypes: z.array(z.string().max(maxTagLength)).max(maxListedNames).default([]),
  capabilities: z.array(z.string().max(maxTagLength)).max(maxListedNames).default([]),
  minTrust: TrustLevel.optional(),
});
export type AgentRequirements = z.infer<typeof AgentRequirements>;

export const SubmitTask = z.object({
  taskType: TaskType,
  description: z.string().min(1).max(maxMessageBytes),
  inputData: JsonObject.default({}),
  priority: Priority.default(defaultPriority),
  dependsOn: z.array(TaskId).max(maxListedNames).default([]),
  onDependencyFailure: DependencyFailurePolicy.default("cancel"),
  agentRequirements: AgentRequirements.default({ agentTypes: [], capabilities: [] }),
  /** Log time, milliseconds since the epoch; a task that is not done by then fails. */
  deadlineMs: z.int().min(0).nullable().default(null),
  maxAttempts: z.int().min(1).max(maxTaskAttempts).default(3),
  /** A second submission by the same client with the same key answers the first task. */
  idempotencyKey: z.string().min(1).max(128).optional(),
});
export type SubmitTask = z.infer<typeof SubmitTask>;

/** `code` is `cancelled_by_orchestrator` for a cancelled task, else what the worker or log says. */
export const TaskError = z.object({
  code: z.union([ErrorCode, z.literal("cancelled_by_orchestrator"), z.literal("failed")]),
  message: z.string().max(maxMessageBytes),
});
export type TaskError = z.infer<typeof TaskError>;

/** One claim of a task, and how it ended; `null` while it lives. */
export const TaskAttempt = z.object({
  attempt: z.int().min(1),
  /** The token of this claim. */
  fence: z.int().min(1),
  claimedBy: RegistrationId,
  claimedAtMs: z.int(),
  endedAtMs: z.int().nullable(),
  how: z
    .enum(["completed", "failed", "cancelled", "timed_out", "lease_expired", "worker_died"])
    .nullable(),
});
export type TaskAttempt = z.infer<typeof TaskAttempt>;

export const Task = SubmitTask.omit({ idempotencyKey: true }).extend({
  id: TaskId,
  status: TaskStatus,
  submittedBy: RegistrationId.nullable(),
  claimedBy: RegistrationId.nullable(),
  claimedAtMs: z.int().nullable(),
  /** When the live claim lapses unless it is renewed. */
  leaseUntilMs: z.int().nullable(),
  /** What still stands before it. */
  waitsFor: z.array(TaskId),
  result: JsonObject.nullable(),
  error: TaskError.nullable(),
  attempts: z.array(TaskAttempt),
  createdAtMs: z.int(),
  completedAtMs: z.int().nullable(),
});
export type Task = z.infer<typeof Task>;
