/**
 * Policies: default deny, forbid wins, each change a new version.
 */
import { z } from "zod";
import { maxNameBytes, maxTagLength } from "./limits.ts";

export const PolicyEngine = z.enum(["native", "cedar"]);
export type PolicyEngine = z.infer<typeof PolicyEngine>;

export const PolicyRecord = z.object({
  name: z.string().min(1).max(maxTagLength),
  version: z.int().min(1),
  engine: PolicyEngine,
  /** One version of a name is in force at a time. */
  active: z.boolean(),
  changedBy: z.string().max(maxNameBytes),
  changedAtMs: z.int(),
});
export type PolicyRecord = z.infer<typeof PolicyRecord>;

/** Where a policy text is wrong; line and column count from 1. */
export const PolicyError = z.object({
  message: z.string(),
  line: z.int().min(1).nullable(),
  column: z.int().min(1).nullable(),
});
export type PolicyError = z.infer<typeof PolicyError>;
