/**
 * Log events about tasks of the work queue. Subject: `task:<id>`; the id of a task is `t<seq of its
 * first event>` and the token of a claim the seq of its `task.claimed`.
 */
import { z } from "zod";
import { RegistrationId, TaskId } from "../ids.ts";
import { JsonObject } from "../json-object.ts";
import { SubmitTask, TaskError } from "../task.ts";

/** How a claim ended that its holder did not end itself. */
export const TaskReturn = z.enum(["lease_expired", "worker_died"]);
export type TaskReturn = z.infer<typeof TaskReturn>;

export const taskLogEvents = {
  "task.submitted": z.object({
    task: SubmitTask,
    submittedBy: RegistrationId,
    /** What stands before it: dependencies that were not done when it was submitted. */
    waitsFor: z.array(TaskId),
  }),
  "task.claimed": z.object({ holder: RegistrationId, leaseMs: z.int() }),
  /** All leases of one registration. Subject: `registration:<id>`. */
  "task.renewed": z.object({ holder: RegistrationId }),
  /** The claim is over without a result: the task is pending again. */
  "task.returned": z.object({ how: TaskReturn }),
  "task.completed": z.object({ result: JsonObject.nullable() }),
  /** Said by its worker, or by the log when the deadline passed. */
  "task.failed": z.object({ error: TaskError }),
  /** Its last attempt ended as the one before: it is not tried again. */
  "task.dead_lettered": z.object({ how: TaskReturn }),
  "task.cancelled": z.object({ reason: z.string() }),
  /** A dependency ended without success. */
  "task.blocked": z.object({ failed: TaskId }),
} as const;
