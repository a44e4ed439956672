/**
 * Profiles, as resolved: rights only narrow along a delegation.
 */
import { z } from "zod";
import { query } from "../method.ts";
import { Profile } from "../profile.ts";

const Nothing = z.object({});

export const profileMethods = {
  /** The caller's own, already narrowed by whoever it works for. */
  "profile.get": query(Nothing, z.object({ profile: Profile })),
  "profile.list": query(Nothing, z.object({ profiles: z.array(Profile) })),
} as const;
