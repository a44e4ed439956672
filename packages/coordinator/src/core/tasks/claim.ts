/**
 * Claiming the next task, and keeping what was claimed. The hot path of the queue: it looks at the
 * heads of lanes and scans nothing.
 */
import type { ParsedParamsOf, RegistrationId, ResultOf } from "@podlane/protocol";
import type { Call, Methods, WorkspaceDecision } from "../decider.ts";
import { accept, refuse, refuseWith } from "../decider.ts";
import { fact, subjectOf } from "../fact.ts";
import { maxClaimedTasks, maxUnmetShown } from "../limits.ts";
import { checkWorker, workerOf } from "../sessions/worker.ts";
import type { WorkspaceState } from "../state.ts";
import { taskView } from "../views/task-view.ts";
import { isLapsed } from "./due.ts";
import { headOf, lanesOf, rankOf } from "./lanes.ts";
import type { Worker } from "./requirements.ts";
import { unmetRequirement } from "./requirements.ts";
import type { TaskEntry } from "./tasks-slice.ts";
import { knownTask, tasksOf } from "./tasks-slice.ts";

type Answer = ResultOf<Methods, "task.claim">;

/** Refuses `busy` for one who has claimed too many, and an ended registration. */
export function decideClaim(
  state: WorkspaceState,
  { taskTypes, leaseMs }: ParsedParamsOf<Methods, "task.claim">,
  call: Call,
): WorkspaceDecision {
  const holder = call.actor.id as RegistrationId;
  const checked = checkWorker(state, call.actor);
  if (!checked.ok) return refuseWith(checked.error);
  const claimed = state.tasks.byHolder.get(holder)?.size ?? 0;
  if (claimed >= maxClaimedTasks) {
    return refuse("busy", `${claimed} tasks are claimed already; complete some first`);
  }
  const worker = workerOf(state, holder);
  const task = nextFor(state, { worker, taskTypes });
  if (task === null) {
    const answer = noTask(state, { worker, taskTypes });
    return accept<"task.claim">([], () => answer);
  }
  const { id } = task;
  const fence = call.nextSeq;
  return accept<"task.claim">(
    [fact("task.claimed", subjectOf.task(id), { holder, leaseMs })],
    (after) => ({ task: taskView(knownTask(after.tasks, id)), fence, reason: null, unmet: [] }),
  );
}

interface Wanted {
  readonly worker: Worker;
  readonly taskTypes?: readonly string[] | undefined;
}

/** The first task that the worker may claim; null while there is none. */
export function nextFor(state: WorkspaceState, { worker, taskTypes }: Wanted): TaskEntry | null {
  let first: TaskEntry | null = null;
  for (const lane of lanesOf(state.tasks, taskTypes)) {
    if (unmetRequirement(lane.requirements, worker) !== null) continue;
    const head = headOf(state.tasks, lane);
    if (first === null || rankOf(head) < rankOf(first)) first = head;
  }
  return first;
}

/** The first task of each lane that the worker is not fit for, in the queue's order. */
function noTask(state: WorkspaceState, { worker, taskTypes }: Wanted): Answer {
  const unmet: { readonly head: TaskEntry; readonly requirement: string }[] = [];
  for (const lane of lanesOf(state.tasks, taskTypes)) {
    const requirement = unmetRequirement(lane.requirements, worker);
    if (requirement !== null) unmet.push({ head: headOf(state.tasks, lane), requirement });
  }
  const shown = unmet
    .toSorted((a, b) => rankOf(a.head) - rankOf(b.head))
    .slice(0, maxUnmetShown)
    .map(({ head, requirement }) => ({ task: head.id, requirement }));
  const reason = shown.length === 0 ? "no_tasks_available" : "requirements_unmet";
  return { task: null, fence: null, reason, unmet: shown };
}

/** A lease that has run out is not brought back: it ends with the next tick. */
export function decideRenew(state: WorkspaceState, call: Call): WorkspaceDecision {
  const holder = call.actor.id as RegistrationId;
  const kept = tasksOf(state.tasks, holder).filter((task) => !isLapsed(task, call.nowMs));
  const renewed = kept.length;
  const event = fact("task.renewed", subjectOf.registration(holder), { holder });
  return accept<"task.renew">(renewed === 0 ? [] : [event], () => ({ renewed }));
}
