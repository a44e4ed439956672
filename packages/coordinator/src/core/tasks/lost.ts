/**
 * Claims that ended without a word of their holder, who has to be told: it may still be at work.
 */
import type { ParsedParamsOf, RegistrationId, TaskAttempt } from "@podlane/protocol";
import type { coordinatorPushMethods } from "@podlane/protocol";
import type { LogEvent } from "../event.ts";
import type { WorkspaceState } from "../state.ts";
import { findTask } from "./tasks-slice.ts";

export interface LostTask {
  readonly holder: RegistrationId;
  readonly notice: ParsedParamsOf<typeof coordinatorPushMethods, "task.lost">;
}

/** Whose claim the event has ended, if it did; to be asked with the state right after it. */
export function lostBy(state: WorkspaceState, event: LogEvent): LostTask | null {
  if (!event.kind.startsWith("task.")) return null;
  const task = findTask(state.tasks, event.subject.slice("task:".length));
  const attempt = task?.attempts.at(-1);
  if (task === undefined || attempt === undefined || attempt.endedAtMs !== event.atMs) return null;
  const { fence, claimedBy: holder, how } = attempt;
  return isUnheard(how) ? { holder, notice: { task: task.id, fence, how } } : null;
}

function isUnheard(how: TaskAttempt["how"]): how is LostTask["notice"]["how"] {
  return how === "cancelled" || how === "timed_out" || how === "lease_expired";
}
