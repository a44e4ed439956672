/**
 * The merge queue: a settled pod's branch on its way to base.
 */
import { z } from "zod";
import { CommitId, MergeId, PodId, RunId } from "./ids.ts";
import { MergeMethod, MergeMode } from "./pod-spec.ts";

export const MergeState = z.enum([
  "queued",
  "checking",
  "speculating",
  "ready",
  "merging",
  "merged",
  "blocked",
  "ejected",
  "cancelled",
]);
export type MergeState = z.infer<typeof MergeState>;

/** Why a merge did not land. */
export const MergeProblem = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("conflict"),
    files: z.array(z.string()),
    branches: z.array(z.string()),
  }),
  z.object({
    kind: z.literal("gate_red"),
    exitCode: z.int().nullable(),
    /** The end of the gate's output. */
    output: z.string(),
    logPath: z.string().nullable(),
  }),
  z.object({ kind: z.literal("not_possible"), message: z.string() }),
]);
export type MergeProblem = z.infer<typeof MergeProblem>;

/** What landing did. */
export const Landed = z.object({
  commit: CommitId,
  /** False: base is checked out dirty, the result stays on `branch` and `finish` ends the job. */
  baseMoved: z.boolean(),
  branch: z.string(),
  finish: z.string().nullable(),
});
export type Landed = z.infer<typeof Landed>;

export const MergeView = z.object({
  id: MergeId,
  pod: PodId,
  podName: z.string(),
  runId: RunId.nullable(),
  branch: z.string(),
  commit: CommitId,
  base: z.string().nullable(),
  mode: MergeMode,
  method: MergeMethod,
  gate: z.string().nullable(),
  priority: z.int(),
  state: MergeState,
  problem: MergeProblem.nullable(),
  landed: Landed.nullable(),
  queuedAtMs: z.int(),
  changedAtMs: z.int(),
});
export type MergeView = z.infer<typeof MergeView>;
