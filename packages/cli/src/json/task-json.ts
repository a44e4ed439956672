/** A task of the work queue as `pod task … --json` and `pod queue --json` show it. */
import {
  DependencyFailurePolicy,
  type Task,
  TaskAttempt,
  TaskError,
  TaskStatus,
} from "@podlane/protocol";
import { z } from "zod";
import { Instant, instant } from "./instant.ts";

const version = z.literal(1);

export const TaskJson = z.strictObject({
  id: z.string(),
  type: z.string(),
  description: z.string(),
  input: z.record(z.string(), z.unknown()),
  status: TaskStatus,
  priority: z.int(),
  dependsOn: z.array(z.string()),
  /** What still stands before it. */
  waitsFor: z.array(z.string()),
  onDependencyFailure: DependencyFailurePolicy,
  requirements: z.strictObject({
    agentTypes: z.array(z.string()),
    capabilities: z.array(z.string()),
  }),
  submittedBy: z.string().nullable(),
  claimedBy: z.string().nullable(),
  leaseUntil: Instant.nullable(),
  deadline: Instant.nullable(),
  maxAttempts: z.int(),
  attempts: z.array(
    z.strictObject({
      attempt: z.int(),
      fence: z.int(),
      claimedBy: z.string(),
      claimedAt: Instant,
      endedAt: Instant.nullable(),
      how: TaskAttempt.shape.how,
    }),
  ),
  result: z.record(z.string(), z.unknown()).nullable(),
  error: TaskError.nullable(),
  createdAt: Instant,
  completedAt: Instant.nullable(),
});
export type TaskJson = z.infer<typeof TaskJson>;

/** `pod task submit`, `pod task show`. */
export const OneTaskJson = z.strictObject({ version, task: TaskJson });
export type OneTaskJson = z.infer<typeof OneTaskJson>;

/** `pod task list`, `pod queue`. */
export const TasksJson = z.strictObject({ version, tasks: z.array(TaskJson) });
export type TasksJson = z.infer<typeof TasksJson>;

/** `pod task claim`. */
export const ClaimedTaskJson = z.strictObject({
  version,
  task: TaskJson.nullable(),
  fence: z.int().nullable(),
  reason: z.string().nullable(),
  unmet: z.array(z.strictObject({ task: z.string(), requirement: z.string() })),
});
export type ClaimedTaskJson = z.infer<typeof ClaimedTaskJson>;

/** `pod task complete`, `pod task cancel`. */
export const TaskEndJson = z.strictObject({ version, id: z.string(), status: TaskStatus });
export type TaskEndJson = z.infer<typeof TaskEndJson>;

/** `pod task renew`. */
export const RenewedJson = z.strictObject({ version, renewed: z.int() });
export type RenewedJson = z.infer<typeof RenewedJson>;

export function taskJson(task: Task): TaskJson {
  const { agentTypes, capabilities } = task.agentRequirements;
  const at = (ms: number | null) => (ms === null ? null : instant(ms));
  return {
    id: task.id,
    type: task.taskType,
    description: task.description,
    input: task.inputData,
    status: task.status,
    priority: task.priority,
    dependsOn: task.dependsOn,
    waitsFor: task.waitsFor,
    onDependencyFailure: task.onDependencyFailure,
    requirements: { agentTypes, capabilities },
    submittedBy: task.submittedBy,
    claimedBy: task.claimedBy,
    leaseUntil: at(task.leaseUntilMs),
    deadline: at(task.deadlineMs),
    maxAttempts: task.maxAttempts,
    attempts: task.attempts.map(({ attempt, fence, claimedBy, claimedAtMs, endedAtMs, how }) => ({
      attempt,
      fence,
      claimedBy,
      claimedAt: instant(claimedAtMs),
      endedAt: at(endedAtMs),
      how,
    })),
    result: task.result,
    error: task.error,
    createdAt: instant(task.createdAtMs),
    completedAt: at(task.completedAtMs),
  };
}
