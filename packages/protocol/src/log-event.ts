/**
 * One event on the shared log, and the table of every kind with the shape of its data.
 */
import { z } from "zod";
import { CommandId } from "./ids.ts";
import { claimLogEvents } from "./log-event/claims.ts";
import { hostLogEvents } from "./log-event/hosts.ts";
import { podLogEvents } from "./log-event/pods.ts";
import { registrationLogEvents } from "./log-event/registrations.ts";
import { auditLogEvents, inboxLogEvents, mergeLogEvents, runLogEvents } from "./log-event/runs.ts";
import { taskLogEvents } from "./log-event/tasks.ts";

export const logEventData = {
  ...hostLogEvents,
  ...podLogEvents,
  ...claimLogEvents,
  ...runLogEvents,
  ...mergeLogEvents,
  ...taskLogEvents,
  ...registrationLogEvents,
  ...inboxLogEvents,
  ...auditLogEvents,
} as const;

export type LogEventKind = keyof typeof logEventData;
export type LogEventData<K extends LogEventKind> = z.output<(typeof logEventData)[K]>;

export const Actor = z.object({
  role: z.enum(["operator", "pod", "agent", "host", "client", "viewer", "system"]),
  id: z.string().max(128),
});
export type Actor = z.infer<typeof Actor>;

/** The envelope as it is stored and streamed; `data` is checked by kind where it is used. */
export const LogEventEnvelope = z.object({
  seq: z.int().min(1),
  /** Log time, milliseconds since the epoch; never falls. */
  atMs: z.int(),
  v: z.int().min(1),
  kind: z.string(),
  subject: z.string(),
  actor: Actor,
  commandId: CommandId.optional(),
  data: z.unknown(),
});
export type LogEventEnvelope = z.infer<typeof LogEventEnvelope>;
