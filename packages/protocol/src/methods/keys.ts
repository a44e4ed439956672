/**
 * Keys of outside clients. Operators only: `denied`.
 */
import { z } from "zod";
import { AccessKey } from "../access-key.ts";
import { AccessKeyId } from "../ids.ts";
import { maxNameBytes, maxTagLength } from "../limits.ts";
import { mutation, query } from "../method.ts";

export const keyMethods = {
  /** A repeat of the command answers the key without its secret: `secret` is null then. */
  "key.create": mutation(
    z.object({
      label: z.string().min(1).max(maxTagLength),
      role: AccessKey.shape.role.default("agent"),
      agentId: z.string().min(1).max(maxNameBytes).nullable().default(null),
      expiresAtMs: z.int().min(0).nullable().default(null),
    }),
    z.object({ key: AccessKey, secret: z.string().nullable() }),
  ),
  "key.list": query(z.object({}), z.object({ keys: z.array(AccessKey) })),
  /** At once; revoked twice is revoked. */
  "key.revoke": mutation(z.object({ key: AccessKeyId }), z.object({ key: AccessKey })),
} as const;
