/**
 * Registrations: who is here. A pod has one across its generations; an agent from outside registers
 * itself. Claims, tasks and leases belong to a registration, never to an agent's name.
 */
import { z } from "zod";
import { PodId, RegistrationId } from "./ids.ts";
import { maxListedNames, maxMessageBytes, maxNameBytes, maxTagLength } from "./limits.ts";

/**
 * `suspect` after three silent heartbeat intervals; `dead` after 15 minutes (a setting), for a pod
 * only once its host has said that the process is gone. The last two are terminal.
 */
export const RegistrationStatus = z.enum(["active", "idle", "suspect", "dead", "ended"]);
export type RegistrationStatus = z.infer<typeof RegistrationStatus>;

export const Capability = z.string().min(1).max(maxTagLength);

export const RegisterSession = z.object({
  agentType: z.string().max(maxTagLength).default(""),
  capabilities: z.array(Capability).max(maxListedNames).default([]),
  currentTask: z.string().max(maxMessageBytes).nullable().default(null),
  /** Whose rights it works under; its own are never wider. */
  delegatedFrom: RegistrationId.nullable().default(null),
});
export type RegisterSession = z.infer<typeof RegisterSession>;

export const Registration = RegisterSession.extend({
  id: RegistrationId,
  agentName: z.string().max(maxNameBytes),
  status: RegistrationStatus,
  pod: PodId.nullable(),
  registeredAtMs: z.int(),
  /** Of the last heartbeat that the answering replica knows of; heartbeats are not on the log. */
  lastSeenMs: z.int(),
});
export type Registration = z.infer<typeof Registration>;
