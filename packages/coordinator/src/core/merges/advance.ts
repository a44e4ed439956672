/**
 * Which merge executes next: one at a time a base, by priority, then age.
 */
import type { NewEvent } from "../event.ts";
import { fact, subjectOf } from "../fact.ts";
import type { WorkspaceState } from "../state.ts";
import type { MergeEntry } from "./merges-slice.ts";
import { isExecuting, sortedMerges } from "./merges-slice.ts";

/** One `merge.started` for every base that nothing executes on. */
export function mergeStarts(state: WorkspaceState): NewEvent[] {
  const merges = sortedMerges(state.merges);
  const busy = new Set(merges.filter(isExecuting).map(baseKeyOf));
  const queued = merges.filter((merge) => merge.state === "queued");
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

/** Branches that start from a detached head all end on their run's own branch. */
function baseKeyOf({ base, runId }: MergeEntry): string {
  return base === null ? `detached:${runId}` : `branch:${base}`;
}
