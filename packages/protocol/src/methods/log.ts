/**
 * The shared log, as it is.
 */
import { z } from "zod";
import { LogEventEnvelope } from "../log-event.ts";
import { query } from "../method.ts";

const Nothing = z.object({});

export const logMethods = {
  "log.read": query(
    z.object({
      from: z.int().min(1).default(1),
      limit: z.int().min(1).max(1_000).default(500),
      subject: z.string().optional(),
    }),
    z.object({ events: z.array(LogEventEnvelope), next: z.int().nullable() }),
  ),
  /** Events from `from` on, then live; `subjects` narrows it. Data is a `LogEventEnvelope`. */
  "log.watch": query(
    z.object({
      from: z.int().min(1).optional(),
      subjects: z.array(z.string()).max(256).optional(),
    }),
    z.object({ subscription: z.int(), head: z.int() }),
  ),
  "log.head": query(Nothing, z.object({ seq: z.int(), hash: z.string(), atMs: z.int() })),
  "log.verify": query(
    Nothing,
    z.object({
      ok: z.boolean(),
      events: z.int(),
      firstBad: z.int().nullable(),
      reason: z.string(),
    }),
    { deadlineMs: 600_000 },
  ),
} as const;
