/**
 * A merge as callers see it.
 */
import { accepted, refused } from "@podlane/protocol";
import type { MergeView } from "@podlane/protocol";
import type { MergeEntry } from "../merges/merges-slice.ts";
import { findMerge, sortedMerges } from "../merges/merges-slice.ts";
import type { Queries } from "../query.ts";

export function mergeView(merge: MergeEntry): MergeView {
  return {
    id: merge.id,
    pod: merge.pod,
    podName: merge.podName,
    runId: merge.runId,
    branch: merge.branch,
    commit: merge.commit,
    base: merge.base,
    mode: merge.mode,
    method: merge.method,
    gate: merge.gate,
    priority: merge.priority,
    state: merge.state,
    problem: merge.problem,
    landed: merge.landed,
    queuedAtMs: merge.queuedAtMs,
    changedAtMs: merge.changedAtMs,
  };
}

export const mergeQueries: Queries<"merge.list" | "merge.wait"> = {
  "merge.list": ({ merges }, { run }) => {
    const found = sortedMerges(merges).filter((merge) => run === undefined || merge.runId === run);
    return accepted({ merges: found.map(mergeView) });
  },
  /** The merge as it is now; the server asks again after each change until `isSettledMerge`. */
  "merge.wait": ({ merges }, { merge: id }) => {
    const merge = findMerge(merges, id);
    if (merge === undefined) return refused("not_found", `merge ${id} is not known`);
    return accepted({ merge: mergeView(merge) });
  },
};
