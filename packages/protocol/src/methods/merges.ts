/**
 * The merge queue.
 */
import { z } from "zod";
import { CommitId, FeatureId, MergeId, PodId, RunId } from "../ids.ts";
import { maxDeadlineMs, maxSummaryBytes } from "../limits.ts";
import { MergeView } from "../merge.ts";
import { MergeCheck, MergeQueueEntry, PullRequestUrl } from "../merge-queue-entry.ts";
import { mutation, query } from "../method.ts";
import { MergeMethod } from "../pod-spec.ts";

export const mergeMethods = {
  "merge.list": query(
    z.object({ run: RunId.optional() }),
    z.object({ merges: z.array(MergeView) }),
  ),
  /** Lands a branch that is `ready`, or queues a settled pod's branch that is in no queue. */
  "merge.approve": mutation(
    z.object({ pod: PodId, method: MergeMethod.optional() }),
    z.object({ merge: MergeView }),
  ),
  "merge.wait": query(z.object({ merge: MergeId }), z.object({ merge: MergeView }), {
    deadlineMs: maxDeadlineMs,
  }),
} as const;

const OneFeature = z.object({ feature: FeatureId });
const OneEntry = z.object({ entry: MergeQueueEntry });

/** The queue by feature, for agents from outside. Order: priority (1 first), then age. */
export const reservedMergeMethods = {
  /** `not_found` for a feature that is not registered; in the queue already: the entry as it is. */
  "merge.enqueue": mutation(
    OneFeature.extend({ prUrl: PullRequestUrl.nullable().default(null) }),
    OneEntry,
  ),
  "merge.queue": query(z.object({}), z.object({ entries: z.array(MergeQueueEntry) })),
  /** The next that is `ready`; null when none is. */
  "merge.next": query(z.object({}), z.object({ entry: MergeQueueEntry.nullable() })),
  /** Runs the checks now; `checks` has one entry for each, `conflicts` the files. */
  "merge.check": mutation(
    OneFeature,
    z.object({
      passed: z.boolean(),
      checks: z.array(MergeCheck),
      issues: z.array(z.string()),
      conflicts: z.array(z.string()),
    }),
    { deadlineMs: maxDeadlineMs },
  ),
  /** Somebody landed it elsewhere: the feature ends and its claims are freed. */
  "merge.mark_merged": mutation(
    OneFeature.extend({ commit: CommitId.nullable().default(null) }),
    OneEntry,
  ),
  /** Out of the queue as at fault, with the reason, back to its pod. */
  "merge.eject": mutation(
    OneFeature.extend({ reason: z.string().min(1).max(maxSummaryBytes) }),
    OneEntry,
  ),
  /** Out of the queue as no longer wanted. */
  "merge.remove": mutation(OneFeature, OneEntry),
} as const;
