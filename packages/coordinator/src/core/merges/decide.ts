/**
 * Approving merges, and hearing what the executor says. Enqueuing the branch of a run's task is a
 * consequence (`runs/advance.ts`); a pod of no run is enqueued by its approval.
 */
import type { MergeMethod, MergeMode, RunId } from "@podlane/protocol";
import { accept, acceptSilently, refuse } from "../decider.ts";
import type { Deciders, WorkspaceDecision } from "../decider.ts";
import type { NewEvent } from "../event.ts";
import { fact, subjectOf } from "../fact.ts";
import { mergeIdAt } from "../identity.ts";
import { hasCommits } from "../pods/collection.ts";
import type { PodEntry } from "../pods/pods-slice.ts";
import { isSettled } from "../pods/settled.ts";
import { findPod } from "../pods/tree.ts";
import type { WorkspaceState } from "../state.ts";
import { mergeView } from "../views/merge-view.ts";
import type { MergeEntry } from "./merges-slice.ts";
import { findMerge, isExecuting, mergeOfPod, sortedMerges } from "./merges-slice.ts";

export const mergeDeciders: Deciders<"merge.approve" | "host.merge_report"> = {
  /**
   * Lands a branch that is ready, or as soon as it is; a branch that is set aside or in no queue is
   * enqueued (anew). Idempotent. Refuses `conflict` for a pod that has not settled.
   */
  "merge.approve": (state, { pod: id, method }, { nextSeq }) => {
    const pod = findPod(state, id);
    const merge = mergeOfPod(state.merges, id);
    if (merge !== undefined && !isSetAside(merge)) return approve(merge, method);
    if (pod === undefined) return refuse("not_found", `pod ${id} is not known`);
    if (!isSettled(state, pod)) {
      return refuse("conflict", `${pod.spec.name} has not settled: wait for it, then merge`);
    }
    if (!hasCommits(pod)) {
      return refuse("conflict", `${pod.spec.name} has no commits that its base does not have`);
    }
    const event = enqueueEvent(pod, { seq: nextSeq, mode: "auto", ...(method && { method }) });
    return answerView([event], mergeIdAt(nextSeq));
  },
  /** Only the executor of the current attempt is heard. */
  "host.merge_report": (state, { merge: id, fence, outcome }) => {
    const merge = findMerge(state.merges, id);
    if (merge === undefined) return refuse("not_found", `merge ${id} is not known`);
    if (merge.fence !== fence || !isExecuting(merge)) {
      return refuse("stale_token", `token ${fence} of merge ${id} is not current`);
    }
    const subject = subjectOf.merge(id);
    switch (outcome.kind) {
      case "clean":
        return acceptSilently(fact("merge.ready", subject, { tree: outcome.tree }));
      case "landed":
        return acceptSilently(fact("merge.merged", subject, { landed: outcome.landed }));
      case "problem":
        return acceptSilently(fact("merge.blocked", subject, { problem: outcome.problem }));
      default:
        return outcome satisfies never;
    }
  },
};

/** The event that puts a settled pod's branch into the queue. */
export function enqueueEvent(
  pod: PodEntry,
  options: { readonly seq: number; readonly mode?: MergeMode; readonly method?: MergeMethod },
): NewEvent {
  const { merge, start } = pod.spec;
  const { branch } = pod;
  const commit = pod.result?.commit ?? null;
  if (branch === null || commit === null) throw new Error(`pod ${pod.id} has nothing to merge`);
  return fact("merge.enqueued", subjectOf.merge(mergeIdAt(options.seq)), {
    pod: pod.id,
    runId: pod.runId,
    branch,
    commit,
    base: start.branch,
    mode: options.mode ?? merge.mode,
    method: options.method ?? merge.method,
    gate: merge.gate ?? null,
    priority: merge.priority,
  });
}

/** Takes the waiting branches of a run out of the queue; one that executes comes to its end. */
export function cancelMergesOf(state: WorkspaceState, runId: RunId): NewEvent[] {
  return sortedMerges(state.merges)
    .filter((merge) => merge.runId === runId && merge.state === "queued")
    .map(({ id }) =>
      fact("merge.cancelled", subjectOf.merge(id), { reason: "the run was cancelled" }),
    );
}

function isSetAside({ state }: MergeEntry): boolean {
  return state === "blocked" || state === "cancelled";
}

function approve(merge: MergeEntry, method: MergeMethod | undefined): WorkspaceDecision {
  const isDecided = merge.approved || merge.mode === "auto" || merge.state === "merged";
  const data = { method: method ?? null };
  const events = isDecided ? [] : [fact("merge.approved", subjectOf.merge(merge.id), data)];
  return answerView(events, merge.id);
}

function answerView(events: readonly NewEvent[], id: MergeEntry["id"]): WorkspaceDecision {
  return accept<"merge.approve">(events, (after) => {
    const merge = findMerge(after.merges, id);
    if (merge === undefined) throw new Error(`merge ${id} is gone before its answer`);
    return { merge: mergeView(merge) };
  });
}
