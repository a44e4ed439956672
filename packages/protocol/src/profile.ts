/**
 * Profiles: how far an agent is trusted, and what it may do and how much of it.
 */
import { z } from "zod";
import { maxListedNames, maxTagLength } from "./limits.ts";

/** 0 suspended, 1 limited, 2 standard, 3 elevated, 4 admin. */
export const TrustLevel = z.int().min(0).max(4);
export type TrustLevel = z.infer<typeof TrustLevel>;

const operations = z.array(z.string().max(maxTagLength)).max(maxListedNames);

/** An absent limit is none. */
export const ProfileLimits = z.object({
  fileModifications: z.int().min(0).optional(),
  /** Seconds that one session may run. */
  seconds: z.int().min(1).optional(),
  callsPerHour: z.int().min(0).optional(),
});
export type ProfileLimits = z.infer<typeof ProfileLimits>;

export const Profile = z.object({
  name: z.string().min(1).max(maxTagLength),
  agentType: z.string().max(maxTagLength).nullable(),
  trust: TrustLevel,
  allowedOperations: operations,
  /** Wins over what is allowed. */
  blockedOperations: operations,
  limits: ProfileLimits,
});
export type Profile = z.infer<typeof Profile>;
