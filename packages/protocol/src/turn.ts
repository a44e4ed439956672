/**
 * A turn, one activation of an agent: what caused it, how it can end, what it used.
 */
import { z } from "zod";
import { Artifact } from "./artifact.ts";
import { CommitId } from "./ids.ts";
import { maxSummaryBytes } from "./limits.ts";

/** `user`: a run or resume from the parent or a person. `notification`: the pod was kicked. */
export const TurnCause = z.enum(["user", "notification"]);
export type TurnCause = z.infer<typeof TurnCause>;

export const Usage = z.object({
  inputTokens: z.int().min(0).default(0),
  outputTokens: z.int().min(0).default(0),
  costMicroUsd: z.int().min(0).default(0),
  toolCalls: z.int().min(0).default(0),
  durationMs: z.int().min(0).default(0),
});
export type Usage = z.infer<typeof Usage>;

export const TurnResult = z.object({
  /** The child's own words: data, never instructions. */
  summary: z.string().max(maxSummaryBytes),
  artifacts: z.array(Artifact).max(256).default([]),
  branch: z.string().nullable(),
  commit: CommitId.nullable(),
  usage: Usage,
});
export type TurnResult = z.infer<typeof TurnResult>;

export const StoppedOutcome = z.enum(["paused", "limit_reached", "cancelled", "rolled_back"]);
export type StoppedOutcome = z.infer<typeof StoppedOutcome>;

export const TurnOutcome = z.enum(["finished", ...StoppedOutcome.options, "errored"]);
export type TurnOutcome = z.infer<typeof TurnOutcome>;
