/**
 * Guardrails: deterministic patterns of operations that destroy or leak. Defence in depth, not the
 * boundary: scopes and the sandbox are.
 */
import { z } from "zod";
import { maxNotificationTextBytes, maxSummaryBytes, maxTagLength } from "./limits.ts";
import { TrustLevel } from "./profile.ts";

export const GuardrailSeverity = z.enum(["block", "warn", "log", "approval_required"]);
export type GuardrailSeverity = z.infer<typeof GuardrailSeverity>;

export const GuardrailPattern = z.object({
  name: z.string().max(maxTagLength),
  /** `git`, `files`, `database`, `credentials`, `deploy`, … */
  category: z.string().max(maxTagLength),
  severity: GuardrailSeverity,
  /** The regular expression, as written. */
  pattern: z.string().max(maxNotificationTextBytes),
  /** The trust that may pass; null: nobody. */
  minTrust: TrustLevel.nullable(),
  description: z.string().max(maxSummaryBytes),
});
export type GuardrailPattern = z.infer<typeof GuardrailPattern>;

export const GuardrailViolation = z.object({
  patternName: GuardrailPattern.shape.name,
  category: GuardrailPattern.shape.category,
  severity: GuardrailSeverity,
  /** What matched, capped; secrets in it are already replaced. */
  matchedText: z.string().max(maxNotificationTextBytes),
  /** False: the caller's trust lets it pass, or the severity only warns or logs. */
  blocked: z.boolean(),
});
export type GuardrailViolation = z.infer<typeof GuardrailViolation>;
