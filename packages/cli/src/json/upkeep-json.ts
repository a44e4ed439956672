/** What the upkeep verbs answer with `--json`. */
import { z } from "zod";

const version = z.literal(1);

/** `pod init`. */
export const InitJson = z.strictObject({ version, file: z.string(), stateDir: z.string() });
export type InitJson = z.infer<typeof InitJson>;

/** `pod where`. */
export const WhereJson = z.strictObject({
  version,
  paths: z.record(z.string(), z.string()),
  pods: z.array(
    z.strictObject({
      name: z.string(),
      id: z.string(),
      worktree: z.string().nullable(),
      socket: z.string().nullable(),
      session: z.string(),
      output: z.string(),
    }),
  ),
});
export type WhereJson = z.infer<typeof WhereJson>;

/** `pod doctor`. */
export const DoctorJson = z.strictObject({
  version,
  ok: z.boolean(),
  checks: z.array(
    z.strictObject({
      name: z.string(),
      ok: z.boolean(),
      found: z.string(),
      /** What to do; null when it is well. */
      remedy: z.string().nullable(),
    }),
  ),
});
export type DoctorJson = z.infer<typeof DoctorJson>;

/** `pod version`. */
export const VersionJson = z.strictObject({
  version,
  podlane: z.string(),
  node: z.string(),
  protocol: z.int(),
});
export type VersionJson = z.infer<typeof VersionJson>;

/** `pod log verify`. */
export const LogVerifyJson = z.strictObject({
  version,
  ok: z.boolean(),
  events: z.int(),
  firstBad: z.int().nullable(),
  reason: z.string(),
});
export type LogVerifyJson = z.infer<typeof LogVerifyJson>;

/** `pod plan check` and `pod run --dry-run`. */
export const PlanCheckJson = z.strictObject({
  version,
  feasibility: z.enum(["FULL", "PARTIAL", "SEQUENTIAL"]),
  tasks: z.array(z.string()),
  order: z.array(z.array(z.string())),
  criticalPath: z.array(z.string()),
  overlaps: z.array(
    z.strictObject({ first: z.string(), second: z.string(), shared: z.array(z.string()) }),
  ),
});
export type PlanCheckJson = z.infer<typeof PlanCheckJson>;
