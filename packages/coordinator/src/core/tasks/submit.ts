/**
 * Submitting a task. Its dependencies must be known, so a graph can only grow at its end and has no
 * cycle; the one that could be asked for is a task that waits for itself.
 */
import { refused } from "@podlane/protocol";
import type { Outcome, RegistrationId, SubmitTask, TaskId, TaskStatus } from "@podlane/protocol";
import type { Call, WorkspaceDecision } from "../decider.ts";
import { accept, refuseWith } from "../decider.ts";
import type { NewEvent } from "../event.ts";
import { fact, subjectOf } from "../fact.ts";
import { taskIdAt } from "../identity.ts";
import { maxOpenTasks } from "../limits.ts";
import { checkWorker } from "../sessions/worker.ts";
import type { WorkspaceState } from "../state.ts";
import { taskView } from "../views/task-view.ts";
import { countOpen, findTask, isOpen, knownTask } from "./tasks-slice.ts";

/** `ended`: what became of dependencies that left memory; only the server adds it. */
export interface SubmitWithHistory extends SubmitTask {
  readonly ended?: ReadonlyMap<TaskId, TaskStatus>;
}

/**
 * Refuses `not_found` for an unknown dependency, `deadlock` for one on itself, `invalid_request`
 * for a deadline that has passed, `unsupported` for a trust level, `busy` when the queue is full. A
 * repeat of an idempotency key answers the task it made.
 */
export function decideSubmit(
  state: WorkspaceState,
  params: SubmitWithHistory,
  call: Call,
): WorkspaceDecision {
  const submitter = call.actor.id as RegistrationId;
  const repeated = state.tasks.byKey.get(idempotencyKeyOf(submitter, params));
  if (repeated !== undefined) return accept<"task.submit">([], viewOf(repeated));
  const checked = checkSubmit(state, params, call);
  if (!checked.ok) return refuseWith(checked.error);
  const id = taskIdAt(call.nextSeq);
  const { ended: _ended, ...task } = params;
  const { waitsFor, failed } = standingBefore(state, params);
  const data = { task, submittedBy: submitter, waitsFor };
  const events: NewEvent[] = [fact("task.submitted", subjectOf.task(id), data)];
  if (failed !== null) events.push(fact("task.blocked", subjectOf.task(id), { failed }));
  return accept<"task.submit">(events, viewOf(id));
}

/** The key by which a second submission is known; one without never is. */
export function idempotencyKeyOf(submitter: string, { idempotencyKey }: SubmitTask): string {
  return idempotencyKey === undefined ? "" : `${submitter}\n${idempotencyKey}`;
}

function viewOf(id: TaskId) {
  return (after: WorkspaceState) => ({ task: taskView(knownTask(after.tasks, id)) });
}

function checkSubmit(state: WorkspaceState, params: SubmitWithHistory, call: Call): Outcome<null> {
  const own = taskIdAt(call.nextSeq);
  if (params.dependsOn.includes(own)) {
    return refused("deadlock", `task ${own} would wait for itself`, { cycle: [own] });
  }
  const unknown = params.dependsOn.filter((id) => statusOf(state, params, id) === undefined);
  if (unknown.length > 0) {
    const message = `no task ${unknown.join(", ")} to depend on: submit dependencies first`;
    return refused("not_found", message, { tasks: unknown });
  }
  if (params.deadlineMs !== null && params.deadlineMs <= call.nowMs) {
    const message = `the deadline ${params.deadlineMs} has passed: log time is ${call.nowMs}`;
    return refused("invalid_request", message, { nowMs: call.nowMs });
  }
  if (params.agentRequirements.minTrust !== undefined) {
    return refused("unsupported", "minTrust needs agent profiles, which do not exist yet");
  }
  if (countOpen(state.tasks) >= maxOpenTasks) {
    return refused("busy", `${maxOpenTasks} tasks are open; wait until some are done`);
  }
  return checkWorker(state, call.actor);
}

function statusOf(
  state: WorkspaceState,
  { ended }: SubmitWithHistory,
  id: TaskId,
): TaskStatus | undefined {
  return findTask(state.tasks, id)?.status ?? ended?.get(id);
}

/** What it must wait for, and the first dependency that already failed it. */
function standingBefore(
  state: WorkspaceState,
  params: SubmitWithHistory,
): { readonly waitsFor: TaskId[]; readonly failed: TaskId | null } {
  const waitsFor: TaskId[] = [];
  let failed: TaskId | null = null;
  for (const id of new Set(params.dependsOn)) {
    const status = statusOf(state, params, id);
    if (status === undefined || status === "completed") continue;
    if (isOpen(status)) waitsFor.push(id);
    else if (params.onDependencyFailure === "keep") waitsFor.push(id);
    else if (params.onDependencyFailure === "cancel") failed ??= id;
  }
  return { waitsFor, failed };
}
