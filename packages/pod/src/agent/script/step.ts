/**
 * The steps of a script, as they are handed to the process that runs them.
 */
import { ErrorCode } from "@podlane/protocol";
import { z } from "zod";

/** A longer sleep in a deterministic agent is a mistake in its unit. */
export const maxSleepMs = 3_600_000;
export const maxSteps = 1_000;

const common = {
  /** 1-based line of the script. */
  line: z.int().min(1),
};

/** `expect: refused`, with the code if one is named; null: the step is to succeed. */
const expectation = z.object({ code: ErrorCode.nullable() }).nullable();

export const ToolStep = z.object({
  kind: z.literal("tool"),
  ...common,
  tool: z.string(),
  params: z.unknown(),
  expect: expectation,
});

export const CommitStep = z.object({
  kind: z.literal("commit"),
  ...common,
  message: z.string(),
  expect: expectation,
});

export const WaitForStep = z.object({
  kind: z.literal("wait_for"),
  ...common,
  condition: z.union([z.object({ turnEnded: z.string() }), z.object({ notification: z.string() })]),
});

export const Step = z.discriminatedUnion("kind", [
  ToolStep,
  CommitStep,
  WaitForStep,
  z.object({ kind: z.literal("say"), ...common, text: z.string() }),
  z.object({ kind: z.literal("sleep"), ...common, ms: z.int().min(0).max(maxSleepMs) }),
  z.object({ kind: z.literal("fail"), ...common, message: z.string() }),
  z.object({ kind: z.literal("crash"), ...common }),
]);
export type Step = z.infer<typeof Step>;

/** A whole script; a list that is missing makes turns without steps. */
export interface Script {
  readonly onRun: readonly Step[];
  readonly onNotification: readonly Step[];
}
