/** What verbs that do one thing answer with `--json`: one small object each. */
import { MergeState, MergeProblem, Landed, ReceiptState } from "@podlane/protocol";
import { z } from "zod";

const version = z.literal(1);

/** `pod spawn`. */
export const SpawnJson = z.strictObject({
  version,
  id: z.string(),
  name: z.string(),
  state: z.string(),
});
export type SpawnJson = z.infer<typeof SpawnJson>;

/** `pod send`, `pod steer`. Inside a pod the message's command id is the pod's own to know. */
export const SendJson = z.strictObject({
  version,
  pod: z.string(),
  state: ReceiptState,
  turn: z.int().nullable(),
  commandId: z.strictObject({ client: z.string(), n: z.int() }).nullable(),
});
export type SendJson = z.infer<typeof SendJson>;

/** `pod wait`. `outcome`: of its last turn, or the cause of its end; null: still at work. */
export const WaitJson = z.strictObject({
  version,
  timedOut: z.boolean(),
  pods: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      state: z.string().nullable(),
      outcome: z.string().nullable(),
      exitCode: z.int().nullable(),
    }),
  ),
});
export type WaitJson = z.infer<typeof WaitJson>;

/** `pod pause`, `resume`, `stop`, `kill`, `restart`. */
export const LifecycleJson = z.strictObject({
  version,
  verb: z.enum(["pause", "resume", "stop", "kill", "restart"]),
  pods: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      done: z.boolean(),
      /** Why not, or how it ended. */
      detail: z.string(),
    }),
  ),
});
export type LifecycleJson = z.infer<typeof LifecycleJson>;

/** `pod diff`. */
export const DiffJson = z.strictObject({
  version,
  pods: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      base: z.string(),
      branch: z.string().nullable(),
      files: z.array(
        z.strictObject({
          path: z.string(),
          addedLines: z.int().nullable(),
          deletedLines: z.int().nullable(),
        }),
      ),
      /** Absent with `--stat`. */
      text: z.string().optional(),
      truncated: z.boolean(),
    }),
  ),
});
export type DiffJson = z.infer<typeof DiffJson>;

/** `pod merge`. */
export const MergeJson = z.strictObject({
  version,
  merges: z.array(
    z.strictObject({
      id: z.string(),
      pod: z.string(),
      branch: z.string(),
      base: z.string().nullable(),
      state: MergeState,
      problem: MergeProblem.nullable(),
      landed: Landed.nullable(),
    }),
  ),
});
export type MergeJson = z.infer<typeof MergeJson>;

/** `pod why`. */
export const WhyJson = z.strictObject({ version, lines: z.array(z.string()) });
export type WhyJson = z.infer<typeof WhyJson>;
