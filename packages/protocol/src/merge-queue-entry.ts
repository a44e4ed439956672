/**
 * The merge queue by feature: what an agent from outside sees of it. (`merge.ts` has it by pod.)
 */
import { z } from "zod";
import { FeatureId } from "./ids.ts";
import { maxKeyBytes } from "./limits.ts";
import { MergeState } from "./merge.ts";
import { Priority } from "./priority.ts";

export const PullRequestUrl = z.url({ protocol: /^https?$/ }).max(maxKeyBytes);

export const MergeQueueEntry = z.object({
  featureId: FeatureId,
  branchName: z.string().nullable(),
  mergePriority: Priority,
  mergeStatus: MergeState,
  prUrl: PullRequestUrl.nullable(),
  queuedAtMs: z.int(),
  checkedAtMs: z.int().nullable(),
});
export type MergeQueueEntry = z.infer<typeof MergeQueueEntry>;

export const MergeCheck = z.object({
  name: z.string(),
  passed: z.boolean(),
  message: z.string(),
});
export type MergeCheck = z.infer<typeof MergeCheck>;
