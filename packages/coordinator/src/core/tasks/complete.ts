/**
 * How a task ends by somebody's word: its worker completes it, or who submitted it cancels it.
 * Nobody changes a result once it is there.
 */
import type { ParsedParamsOf, TaskId, TaskError } from "@podlane/protocol";
import type { Call, Methods, WorkspaceDecision } from "../decider.ts";
import { accept, refuse } from "../decider.ts";
import type { Actor } from "../event.ts";
import { Batch, fact, subjectOf } from "../fact.ts";
import { nameOf } from "../pods/tree.ts";
import type { WorkspaceState } from "../state.ts";
import { isLapsed, isPastDeadline } from "./due.ts";
import { TaskEndings } from "./endings.ts";
import type { TaskEntry } from "./tasks-slice.ts";
import { findTask, isOpen, knownTask } from "./tasks-slice.ts";

type Completion = ParsedParamsOf<Methods, "task.complete">;

/** What `cancel_task_convention` completes a task with. */
export const cancelledCode = "cancelled_by_orchestrator";

/**
 * Refuses `stale_token` when the claim is over, `conflict` for a task that has ended otherwise or
 * that nobody has claimed, `unauthorized` for somebody else's.
 */
export function decideComplete(
  state: WorkspaceState,
  params: Completion,
  call: Call,
): WorkspaceDecision {
  const { success, error } = params;
  if (!success && error?.code === cancelledCode) {
    return decideCancel(state, { task: params.task, reason: error.message }, call);
  }
  const task = findTask(state.tasks, params.task);
  if (task === undefined) return refuseUnknown(params.task);
  const refusal = refuseCompletion(state, { task, fence: params.fence }, call);
  if (refusal !== null) return refusal;
  const subject = subjectOf.task(task.id);
  if (success) {
    const completed = fact("task.completed", subject, { result: params.result ?? null });
    return accept<"task.complete">([completed], statusOf(task.id));
  }
  const endings = new TaskEndings(state, new Batch(call.nextSeq));
  endings.fail(task, fact("task.failed", subject, { error: error ?? unexplained }));
  return accept<"task.complete">(endings.events, statusOf(task.id));
}

const unexplained: TaskError = { code: "failed", message: "its worker gave no reason" };

interface Attempt {
  readonly task: TaskEntry;
  readonly fence: number | undefined;
}

function refuseCompletion(
  state: WorkspaceState,
  { task, fence }: Attempt,
  { actor, nowMs }: Call,
): WorkspaceDecision | null {
  const { id, claim } = task;
  if (claim === null || claim.holder !== actor.id) {
    return refuseOutsider(state, { task, fence }, actor);
  }
  if (fence !== undefined && fence !== claim.fence) {
    return staleToken(id, `token ${fence} given, ${claim.fence} is current`);
  }
  if (isLapsed(task, nowMs)) return staleToken(id, "its lease has run out");
  return isPastDeadline(task, nowMs) ? staleToken(id, "its deadline has passed") : null;
}

/** Whoever had it once is told that the claim is over; whoever never had it, whose it is. */
function refuseOutsider(
  state: WorkspaceState,
  { task, fence }: Attempt,
  actor: Actor,
): WorkspaceDecision {
  const { id, status, claim } = task;
  const own = task.attempts.findLast((attempt) => attempt.claimedBy === actor.id);
  const hasResult = own?.how === "completed" || own?.how === "failed";
  if (own !== undefined && !hasResult) return staleToken(id, `the claim is over: ${own.how}`);
  if (!isOpen(status)) return refuse("conflict", `task ${id} has ended: ${status}`, { status });
  if (fence !== undefined && fence !== claim?.fence) {
    return staleToken(id, `token ${fence} is not current`);
  }
  if (claim === null) return refuse("conflict", `task ${id} is not claimed: claim it first`);
  const holder = nameOf(state, claim.holder);
  return refuse("unauthorized", `task ${id} was claimed by ${holder}, not by ${actor.id}`);
}

/** By whoever submitted it, its worker, or the operator. Idempotent. */
export function decideCancel(
  state: WorkspaceState,
  { task: id, reason }: { readonly task: TaskId; readonly reason: string },
  { actor, nextSeq }: Call,
): WorkspaceDecision {
  const task = findTask(state.tasks, id);
  if (task === undefined) return refuseUnknown(id);
  const { submittedBy, claim, status } = task;
  if (actor.role !== "operator" && actor.id !== submittedBy && actor.id !== claim?.holder) {
    const whose = nameOf(state, submittedBy);
    return refuse("unauthorized", `task ${id} was submitted by ${whose}, not by ${actor.id}`);
  }
  if (status === "cancelled") return accept<"task.cancel">([], statusOf(id));
  if (!isOpen(status)) return refuse("conflict", `task ${id} has ended: ${status}`, { status });
  const endings = new TaskEndings(state, new Batch(nextSeq));
  endings.fail(task, fact("task.cancelled", subjectOf.task(id), { reason }));
  return accept<"task.cancel">(endings.events, statusOf(id));
}

function statusOf(id: TaskId) {
  return (after: WorkspaceState) => ({ status: knownTask(after.tasks, id).status });
}

function staleToken(id: TaskId, found: string): WorkspaceDecision {
  return refuse("stale_token", `task ${id}: ${found}`);
}

function refuseUnknown(id: TaskId): WorkspaceDecision {
  return refuse("not_found", `task ${id} is not open: it ended long ago, or never was`);
}
