/**
 * Port leases: a block of ports and names of its own for each session, so that two test servers
 * never meet.
 */
import { z } from "zod";
import { PortLeaseId, RegistrationId } from "./ids.ts";
import { maxLeasedPorts } from "./limits.ts";

export const PortLease = z.object({
  id: PortLeaseId,
  session: RegistrationId,
  /** The first of `count` ports in a row. */
  basePort: z.int().min(1_024).max(65_535),
  count: z.int().min(1).max(maxLeasedPorts),
  tempDir: z.string(),
  cacheDir: z.string(),
  /** Appended to database names. */
  databaseSuffix: z.string().regex(/^[a-z0-9_]{1,32}$/),
  expiresAtMs: z.int(),
});
export type PortLease = z.infer<typeof PortLease>;
