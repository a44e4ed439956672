/**
 * What an agent may put into a plan of its own: no more than it could do itself. Its tasks become
 * pods of their own beside it, so nothing is lent to them, and claims queue what overlaps.
 */
import { accepted, effectiveScope, firstExcess, refused } from "@podlane/protocol";
import type { Outcome, Plan, PlanTask } from "@podlane/protocol";
import type { PodEntry } from "../pods/pods-slice.ts";
import { scopeOf } from "../scopes.ts";
import type { WorkspaceState } from "../state.ts";
import { slotsOf } from "../turns/admission.ts";

/**
 * Refuses `out_of_scope` for a task that may write where its submitter may not, and `denied` for
 * one that would run commands for the operator, land by itself, or go before its submitter.
 */
export function checkAgentPlan(
  state: WorkspaceState,
  submitter: PodEntry,
  plan: Plan,
): Outcome<null> {
  const slots = slotsOf(state, submitter);
  if (plan.maxConcurrentAgents > slots) {
    const asked = `max_concurrent_agents ${plan.maxConcurrentAgents}`;
    return refused("denied", `${asked} is more than the ${slots} of ${submitter.spec.name}`);
  }
  for (const task of plan.tasks) {
    const checked = checkScope(state, submitter, task);
    if (!checked.ok) return checked;
    const excess = excessOf(submitter, task);
    if (excess === null) continue;
    return refused("denied", `task ${task.id}: ${excess}`, { task: task.id });
  }
  return accepted(null);
}

function checkScope(state: WorkspaceState, submitter: PodEntry, task: PlanTask): Outcome<null> {
  const { scope } = task.spec;
  const { name } = submitter.spec;
  if (scope === null || scope.length === 0) {
    return refused("out_of_scope", `task ${task.id} names no scope: say which part of ${name}'s`);
  }
  const excess = firstExcess(effectiveScope("top_level", scope), scopeOf(state, submitter));
  if (excess === null) return accepted(null);
  const { at, wanted, held } = excess;
  const found = `${wanted} at ${at.target || "."}, where ${name} has ${held}`;
  return refused("out_of_scope", `task ${task.id} wants ${found}`, { task: task.id });
}

function excessOf(submitter: PodEntry, { spec }: PlanTask): string | null {
  const own = submitter.spec;
  if (spec.delegate > own.delegate) return `delegate ${spec.delegate}, at most ${own.delegate}`;
  if (spec.priority < own.priority) return `priority ${spec.priority}, at best ${own.priority}`;
  if (spec.merge.mode === "auto" && own.merge.mode !== "auto") {
    return "merge mode auto: only the operator lets branches land by themselves";
  }
  if (spec.merge.gate !== undefined && spec.merge.gate !== own.merge.gate) {
    return "a gate of its own: it would run as the operator";
  }
  if (spec.setup !== null && JSON.stringify(spec.setup) !== JSON.stringify(own.setup)) {
    return "a set-up of its own: it would run as the operator";
  }
  const { claimsMode, coordinatorDown } = spec.settings;
  if (claimsMode === "advisory" && own.settings.claimsMode === "strict") {
    return "claims mode advisory, where its submitter's is strict";
  }
  if (coordinatorDown === "continue" && own.settings.coordinatorDown === "block") {
    return "coordinator_down continue, where its submitter's is block";
  }
  return null;
}
