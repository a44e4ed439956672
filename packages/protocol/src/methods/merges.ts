/**
 * The merge queue.
 */
import { z } from "zod";
import { MergeId, PodId, RunId } from "../ids.ts";
import { maxDeadlineMs } from "../limits.ts";
import { MergeView } from "../merge.ts";
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
