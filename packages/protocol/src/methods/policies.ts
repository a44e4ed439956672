/**
 * The policy engine: what it would decide, and whether a text is a policy at all.
 */
import { z } from "zod";
import { JsonObject } from "../json-object.ts";
import { maxKeyBytes, maxPolicyBytes, maxTagLength } from "../limits.ts";
import { query } from "../method.ts";
import { PolicyEngine, PolicyError, PolicyRecord } from "../policy.ts";

export const policyMethods = {
  /** For the caller. A refusal is an answer here (`allowed: false`), and is on the audit. */
  "policy.check": query(
    z.object({
      operation: z.string().min(1).max(maxTagLength),
      resource: z.string().max(maxKeyBytes).optional(),
      context: JsonObject.default({}),
    }),
    z.object({
      allowed: z.boolean(),
      reason: z.string(),
      /** The rule that decided; null: none matched, so the default did. */
      rule: z.string().nullable(),
    }),
  ),
  "policy.validate": query(
    z.object({
      policyText: z.string().max(maxPolicyBytes),
      engine: PolicyEngine.default("native"),
    }),
    z.object({ valid: z.boolean(), errors: z.array(PolicyError) }),
  ),
  "policy.list": query(z.object({}), z.object({ policies: z.array(PolicyRecord) })),
} as const;
