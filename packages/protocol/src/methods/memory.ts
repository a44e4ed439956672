/**
 * Memory: one score ranks and filters what is recalled.
 */
import { z } from "zod";
import { MemoryId, RegistrationId } from "../ids.ts";
import { maxListedNames, maxSummaryBytes, maxTagLength } from "../limits.ts";
import { RecalledMemory, Remember } from "../memory.ts";
import { mutation, query } from "../method.ts";
import { TrustLevel } from "../profile.ts";
import { pageLimit } from "./page.ts";

export const memoryMethods = {
  /** The same author, type and summary within an hour is one entry: `deduplicated`. */
  "memory.remember": mutation(
    Remember,
    z.object({ memory: MemoryId, action: z.enum(["created", "deduplicated"]) }),
  ),
  /** By falling score; `minRelevance` is a bound on that same score. */
  "memory.recall": query(
    z.object({
      query: z.string().max(maxSummaryBytes).optional(),
      /** Entries with any of them. */
      tags: z.array(z.string().max(maxTagLength)).max(maxListedNames).optional(),
      eventType: z.string().max(maxTagLength).optional(),
      minRelevance: z.number().min(0).max(1).default(0),
      minTrust: TrustLevel.default(0),
      limit: pageLimit,
    }),
    z.object({ memories: z.array(RecalledMemory) }),
  ),
  /** All entries of an author, for one that was poisoned. Operators only: `denied`. */
  "memory.purge": mutation(
    z.object({ author: RegistrationId }),
    z.object({ purged: z.int().min(0) }),
  ),
} as const;
