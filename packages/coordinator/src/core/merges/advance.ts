/**
 * Which merge executes next: one at a time a base, by priority, then age.
 */
import type { ClaimEntry } from "../claims/claims-slice.ts";
import { pauseOf } from "../claims/pause.ts";
import type { NewEvent } from "../event.ts";
import { fact, subjectOf } from "../fact.ts";
import { findPod } from "../pods/tree.ts";
import type { WorkspaceState } from "../state.ts";
import type { MergeEntry } from "./merges-slice.ts";
import { isExecuting, sortedMerges } from "./merges-slice.ts";

/** One `merge.started` for every base that nothing executes on. */
export function mergeStarts(state: WorkspaceState): NewEvent[] {
  const merges = sortedMerges(state.merges);
  const busy = new Set(merges.filter(isExecuting).map(baseKeyOf));
  const queued = merges.filter(
    (merge) => merge.state === "queued" && pauseOfMerge(state, merge) === null,
  );
  const events: NewEvent[] = [];
  for (const merge of queued.toSorted((a, b) => a.priority - b.priority || a.seq - b.seq)) {
    if (busy.has(baseKeyOf(merge))) continue;
    busy.add(baseKeyOf(merge));
    const land = merge.mode === "auto" || merge.approved;
    const data = { hostId: merge.hostId, attempt: merge.attempt + 1, land };
    events.push(fact("merge.started", subjectOf.merge(merge.id), data));
  }
  return events;
}

/** The pause-lock of a feature that the merge would finalise work on. */
export function pauseOfMerge(state: WorkspaceState, { pod: id }: MergeEntry): ClaimEntry | null {
  const units = findPod(state, id)?.spec.claims ?? [];
  return units.length === 0 ? null : pauseOf(state, { units, holder: id });
}

/** Branches that start from a detached head all end on their run's own branch. */
function baseKeyOf({ base, runId }: MergeEntry): string {
  return base === null ? `detached:${runId}` : `branch:${base}`;
}
