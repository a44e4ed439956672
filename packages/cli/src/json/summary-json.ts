/** The last line of `pod run --json`. */
import { Landed, MergeProblem, MergeState, TaskState, TurnOutcome } from "@podlane/protocol";
import { z } from "zod";

export const SummaryJson = z.strictObject({
  type: z.literal("summary"),
  version: z.literal(1),
  run: z.string(),
  /** Of the run, or its state when it was stopped before it had one. */
  outcome: z.string(),
  tasks: z.array(
    z.strictObject({
      id: z.string(),
      pod: z.string().nullable(),
      state: TaskState,
      outcome: TurnOutcome.nullable(),
      branch: z.string().nullable(),
      commit: z.string().nullable(),
      merged: z.boolean(),
      conflicts: z.array(z.string()),
      message: z.string().nullable(),
      durationMs: z.number().nullable(),
    }),
  ),
  merges: z.array(
    z.strictObject({
      id: z.string(),
      pod: z.string(),
      branch: z.string(),
      state: MergeState,
      problem: MergeProblem.nullable(),
      landed: Landed.nullable(),
    }),
  ),
  elapsedMs: z.number(),
});
export type SummaryJson = z.infer<typeof SummaryJson>;
