/**
 * Verification results: what was checked of a change, by whom, and what came of it.
 */
import { z } from "zod";
import { ArtifactId, VerificationId } from "./ids.ts";
import { maxListedNames, maxNameBytes, maxTagLength } from "./limits.ts";

/** A commit, branch, feature or merge id: whatever the reporter calls the change. */
export const ChangeId = z.string().min(1).max(256);

export const VerificationTier = z.enum(["static", "unit", "integration", "system", "manual"]);
export type VerificationTier = z.infer<typeof VerificationTier>;

export const ReportVerification = z.object({
  changeId: ChangeId,
  tier: VerificationTier,
  passed: z.boolean(),
  /** What ran it: a command, a CI job, a person. */
  executor: z.string().max(maxTagLength).nullable().default(null),
  evidence: z.array(ArtifactId).max(maxListedNames).default([]),
});
export type ReportVerification = z.infer<typeof ReportVerification>;

export const Verification = ReportVerification.extend({
  id: VerificationId,
  reportedBy: z.string().max(maxNameBytes),
  atMs: z.int(),
});
export type Verification = z.infer<typeof Verification>;
