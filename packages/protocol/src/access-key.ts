/**
 * Keys for clients that come from outside (HTTP, MCP): each is bound to one identity.
 */
import { z } from "zod";
import { AccessKeyId } from "./ids.ts";
import { maxNameBytes, maxTagLength } from "./limits.ts";

/** The secret is shown once, by `key.create`; the log holds its digest only. */
export const AccessKey = z.object({
  id: AccessKeyId,
  label: z.string().max(maxTagLength),
  role: z.enum(["operator", "agent", "viewer"]),
  /** The only `agentId` it may speak for; null: an operator's key, which may name any. */
  agentId: z.string().max(maxNameBytes).nullable(),
  createdAtMs: z.int(),
  expiresAtMs: z.int().nullable(),
  revokedAtMs: z.int().nullable(),
});
export type AccessKey = z.infer<typeof AccessKey>;
