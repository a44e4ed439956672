/**
 * Audit entries: the log as an auditor reads it, every change and every denial with its actor.
 */
import { z } from "zod";
import { ErrorCode } from "./errors.ts";
import { CommandId } from "./ids.ts";
import { Actor } from "./log-event.ts";

export const AuditEntry = z.object({
  seq: z.int().min(1),
  atMs: z.int(),
  actor: Actor,
  /** Names the key or token that was used, never what it is; null where there was none. */
  credential: z.string().max(128).nullable(),
  /** The method that was called, or the kind of the event where nobody called one. */
  operation: z.string().max(128),
  subject: z.string(),
  decision: z.enum(["accepted", "denied"]),
  /** With a denial. */
  code: ErrorCode.nullable(),
  message: z.string().nullable(),
  /** From the request's arrival to its commit; null where it is not known. */
  durationMs: z.number().min(0).nullable(),
  commandId: CommandId.optional(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** Kept elsewhere, it shows that a log was cut off. */
export const AuditCheckpoint = z.object({
  seq: z.int().min(0),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  atMs: z.int(),
});
export type AuditCheckpoint = z.infer<typeof AuditCheckpoint>;
