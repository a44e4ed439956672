/**
 * Guardrails, asked before an operation; the runtime asks them itself as well.
 */
import { z } from "zod";
import { GuardrailPattern, GuardrailViolation } from "../guardrail.ts";
import { maxKeyBytes, maxListedNames, maxMessageBytes } from "../limits.ts";
import { query } from "../method.ts";

export const guardrailMethods = {
  /** `safe` is false if any violation is `blocked`; an error counts as one. */
  "guardrail.check": query(
    z.object({
      operationText: z.string().max(maxMessageBytes),
      filePaths: z.array(z.string().max(maxKeyBytes)).max(maxListedNames).default([]),
    }),
    z.object({ safe: z.boolean(), violations: z.array(GuardrailViolation) }),
  ),
  "guardrail.list": query(z.object({}), z.object({ patterns: z.array(GuardrailPattern) })),
} as const;
