/**
 * The audit: the log as an auditor asks for it.
 */
import { z } from "zod";
import { AuditCheckpoint, AuditEntry } from "../audit-entry.ts";
import { maxNameBytes, maxTagLength } from "../limits.ts";
import { query } from "../method.ts";
import { pageLimit } from "./page.ts";

export const auditMethods = {
  /** Newest first; `nextBefore` goes on where the page ended. */
  "audit.query": query(
    z.object({
      agentId: z.string().max(maxNameBytes).optional(),
      operation: z.string().max(maxTagLength).optional(),
      /** Log time. */
      sinceMs: z.int().min(0).optional(),
      beforeSeq: z.int().min(1).optional(),
      limit: pageLimit,
    }),
    z.object({ entries: z.array(AuditEntry), nextBefore: z.int().nullable() }),
  ),
  /** Checks every hash, and that the log still holds the checkpoint. */
  "audit.verify": query(
    z.object({ checkpoint: AuditCheckpoint.optional() }),
    z.object({
      ok: z.boolean(),
      events: z.int().min(0),
      firstBad: z.int().nullable(),
      reason: z.string(),
    }),
    { deadlineMs: 600_000 },
  ),
  /** Oldest first, for JSONL: one entry a line. The checkpoint is that of the last entry. */
  "audit.export": query(
    z.object({ from: z.int().min(1).default(1), limit: pageLimit }),
    z.object({
      entries: z.array(AuditEntry),
      next: z.int().nullable(),
      checkpoint: AuditCheckpoint,
    }),
  ),
} as const;
