/** Registrations as `pod session … --json` shows them. */
import { type Registration, RegistrationStatus } from "@podlane/protocol";
import { z } from "zod";
import { Instant, instant } from "./instant.ts";

const version = z.literal(1);

export const SessionJson = z.strictObject({
  id: z.string(),
  name: z.string(),
  agentType: z.string(),
  capabilities: z.array(z.string()),
  task: z.string().nullable(),
  delegatedFrom: z.string().nullable(),
  status: RegistrationStatus,
  pod: z.string().nullable(),
  registeredAt: Instant,
  lastSeenAt: Instant,
});
export type SessionJson = z.infer<typeof SessionJson>;

/** `pod session register`. */
export const OneSessionJson = z.strictObject({ version, session: SessionJson });
export type OneSessionJson = z.infer<typeof OneSessionJson>;

/** `pod session list`. */
export const SessionsJson = z.strictObject({ version, sessions: z.array(SessionJson) });
export type SessionsJson = z.infer<typeof SessionsJson>;

/** `pod session heartbeat`, `pod session end`. */
export const HeartbeatJson = z.strictObject({
  version,
  id: z.string(),
  status: RegistrationStatus,
});
export type HeartbeatJson = z.infer<typeof HeartbeatJson>;

/** `pod session cleanup`. */
export const CleanupJson = z.strictObject({
  version,
  dryRun: z.boolean(),
  ended: z.array(z.string()),
});
export type CleanupJson = z.infer<typeof CleanupJson>;

export function sessionJson(registration: Registration): SessionJson {
  const { id, agentName, agentType, capabilities, currentTask, delegatedFrom } = registration;
  return {
    id,
    name: agentName,
    agentType,
    capabilities,
    task: currentTask,
    delegatedFrom,
    status: registration.status,
    pod: registration.pod,
    registeredAt: instant(registration.registeredAtMs),
    lastSeenAt: instant(registration.lastSeenMs),
  };
}
