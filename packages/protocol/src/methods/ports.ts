/**
 * Leases of ports and names, one a session. They end with the session or their time.
 */
import { z } from "zod";
import { defaultClaimTtlMs, maxClaimTtlMs, minClaimTtlMs } from "../claim.ts";
import { RegistrationId } from "../ids.ts";
import { maxLeasedPorts } from "../limits.ts";
import { mutation, query } from "../method.ts";
import { PortLease } from "../port-lease.ts";

/** Absent: the caller's own. */
const session = RegistrationId.optional();

export const portMethods = {
  /** A session that has a lease gets it again, renewed. `busy` when no block is free. */
  "ports.allocate": mutation(
    z.object({
      session,
      count: z.int().min(1).max(maxLeasedPorts).default(10),
      ttlMs: z.int().min(minClaimTtlMs).max(maxClaimTtlMs).default(defaultClaimTtlMs),
    }),
    z.object({ lease: PortLease }),
  ),
  "ports.release": mutation(z.object({ session }), z.object({ released: z.boolean() })),
  "ports.status": query(
    z.object({}),
    z.object({ leases: z.array(PortLease), freeBlocks: z.int().min(0) }),
  ),
} as const;
