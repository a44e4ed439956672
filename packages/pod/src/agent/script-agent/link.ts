/**
 * What passes between the pod runtime and a script agent's process, over descriptor 3. One side
 * dies with the other, so nothing is repeated and no call carries a command id.
 */
import { ErrorCode, maxDeadlineMs, query, ToolResult, TurnCause } from "@podlane/protocol";
import { z } from "zod";
import { Step, WaitForStep } from "../script/step.ts";

/** The descriptor that both sides know. */
export const linkDescriptor = 3;

const Nothing = z.object({});
/** Any of these may wait for a person, a child or a queue. */
const patient = { deadlineMs: maxDeadlineMs };
/** Kinds of notifications: all a script can see of them. */
const Kinds = z.array(z.string());

export const ScriptOutcome = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("finished"), summary: z.string() }),
  z.object({ kind: z.literal("errored"), code: ErrorCode, message: z.string() }),
]);
export type ScriptOutcome = z.infer<typeof ScriptOutcome>;

export const ScriptTurn = z.object({
  cause: TurnCause,
  name: z.string(),
  task: z.string(),
  steps: z.array(Step),
  firstStep: z.int().min(0),
  notifications: Kinds,
});
export type ScriptTurn = z.infer<typeof ScriptTurn>;

/** Served by the script agent's process. */
export const scriptMethods = { turn: query(ScriptTurn, ScriptOutcome, patient) } as const;
export type ScriptMethods = typeof scriptMethods;

/** Served by the pod runtime. */
export const runtimeMethods = {
  step: query(
    z.object({ index: z.int().min(0) }),
    z.object({ proceed: z.enum(["go", "cancel"]), notifications: Kinds }),
    patient,
  ),
  tool_call: query(z.object({ tool: z.string(), params: z.unknown() }), ToolResult, patient),
  wait_for: query(z.object({ condition: WaitForStep.shape.condition }), Nothing, patient),
  commit: query(z.object({ message: z.string() }), ToolResult, patient),
  say: query(z.object({ text: z.string() }), Nothing),
} as const;
export type RuntimeMethods = typeof runtimeMethods;
