/**
 * Submitting, continuing and cancelling a plan run.
 */
import { accepted, isTerminal, refused } from "@podlane/protocol";
import type { Outcome, Plan, RunId } from "@podlane/protocol";
import { accept, refuse, refuseWith } from "../decider.ts";
import type { Deciders, WorkspaceDecision } from "../decider.ts";
import type { Actor, NewEvent } from "../event.ts";
import { fact, subjectOf } from "../fact.ts";
import { cancelDeadlineMs } from "../limits.ts";
import { cancelMergesOf } from "../merges/decide.ts";
import { stopEvents } from "../pods/stop.ts";
import { findLiving, livingPods } from "../pods/tree.ts";
import type { WorkspaceState } from "../state.ts";
import { runView } from "../views/run-view.ts";
import { checkAgentPlan } from "./agent-plan.ts";
import { checkPlan } from "./plan-check.ts";
import type { RunEntry } from "./runs-slice.ts";
import { findRun, isTaskEnded } from "./runs-slice.ts";

export const runDeciders: Deciders<"run.submit" | "run.cancel"> = {
  /**
   * A known id continues its run: a drained or cancelled one goes on, an ended one tries again what
   * did not succeed, and one that is under way is only answered.
   */
  "run.submit": (state, { id, plan }, { actor, nearHost }) => {
    const known = findRun(state.runs, id);
    const allowed = checkSubmitter(state, known?.plan ?? plan, actor);
    if (!allowed.ok) return refuseWith(allowed.error);
    if (known !== undefined) return continueRun(known);
    const checked = checkSubmit(state, plan);
    if (!checked.ok) return refuseWith(checked.error);
    const data = nearHost === undefined ? { plan } : { plan, hostId: nearHost };
    return acceptRun(id, [fact("run.submitted", subjectOf.run(id), data)]);
  },
  /** `drain` lets running turns end; `now` stops every pod of the run. Idempotent. */
  "run.cancel": (state, { run: id, mode }) => {
    const run = findRun(state.runs, id);
    if (run === undefined) return refuse("not_found", `run ${id} is not known`);
    return acceptRun(id, mode === "drain" ? drain(run) : cancel(state, run));
  },
};

function acceptRun(id: RunId, events: readonly NewEvent[]): WorkspaceDecision {
  return accept<"run.submit">(events, (after) => {
    const run = findRun(after.runs, id);
    if (run === undefined) throw new Error(`run ${id} is gone before its answer`);
    return { run: runView(after, run) };
  });
}

function continueRun(run: RunEntry): WorkspaceDecision {
  const goesOn = run.state !== "active" && (run.state !== "ended" || run.outcome !== "done");
  return acceptRun(run.id, goesOn ? [fact("run.resumed", subjectOf.run(run.id), {})] : []);
}

/** A pod's plan may do what the pod may; the operator's may do everything. */
function checkSubmitter(state: WorkspaceState, plan: Plan, actor: Actor): Outcome<null> {
  if (actor.role !== "pod" && actor.role !== "agent") return accepted(null);
  const submitter = findLiving(state, actor.id);
  if (submitter !== undefined) return checkAgentPlan(state, submitter, plan);
  return refused("stale_generation", `pod ${actor.id} has ended: it submits nothing`);
}

/** Refuses `invalid_request` for a bad plan and `conflict` for a name that a living pod has. */
function checkSubmit(state: WorkspaceState, plan: Plan): Outcome<null> {
  const checked = checkPlan(plan);
  if (!checked.ok) return checked;
  for (const { id } of plan.tasks) {
    const holder = state.pods.byName.get(id);
    if (holder === undefined) continue;
    return refused(
      "conflict",
      `task ${id}: the name belongs to living pod ${holder}; stop it or rename the task`,
      { task: id, pod: holder },
    );
  }
  return accepted(null);
}

function drain(run: RunEntry): NewEvent[] {
  return run.state === "active" ? [fact("run.draining", subjectOf.run(run.id), {})] : [];
}

function cancel(state: WorkspaceState, run: RunEntry): NewEvent[] {
  const isOver = run.state === "ended" || run.state === "cancelled";
  const pods = livingPods(state).filter((pod) => pod.runId === run.id && !isTerminal(pod.state));
  const request = {
    mode: "shutdown",
    deadlineMs: cancelDeadlineMs,
    cause: "requested",
    restart: false,
  } as const;
  const events = stopEvents(pods, request);
  if (isOver) return events;
  for (const task of run.tasks.values()) {
    if (isTaskEnded(task)) continue;
    const data = {
      task: task.plan.id,
      state: "cancelled",
      message: "the run was cancelled",
    } as const;
    events.push(fact("run.task_changed", subjectOf.run(run.id), data));
  }
  events.push(...cancelMergesOf(state, run.id));
  events.push(fact("run.cancelled", subjectOf.run(run.id), {}));
  return events;
}
