/**
 * Features: branches of work that say beforehand which units they will claim, so that overlaps show
 * before they hurt.
 */
import { z } from "zod";
import { FeatureId, RegistrationId } from "./ids.ts";
import { JsonObject } from "./json-object.ts";
import { maxClaimUnits, maxKeyBytes, maxSummaryBytes } from "./limits.ts";
import { Priority, defaultPriority } from "./priority.ts";

/** Keys as written; the server makes them canonical and refuses unknown prefixes. */
export const ResourceClaims = z.array(z.string().min(1).max(maxKeyBytes)).max(maxClaimUnits);

export const FeatureStatus = z.enum(["active", "completed", "cancelled"]);
export type FeatureStatus = z.infer<typeof FeatureStatus>;

export const RegisterFeature = z.object({
  featureId: FeatureId,
  resourceClaims: ResourceClaims,
  title: z.string().max(maxSummaryBytes).default(""),
  branchName: z.string().max(maxKeyBytes).nullable().default(null),
  mergePriority: Priority.default(defaultPriority),
  metadata: JsonObject.default({}),
});
export type RegisterFeature = z.infer<typeof RegisterFeature>;

export const Feature = RegisterFeature.extend({
  status: FeatureStatus,
  registeredBy: RegistrationId,
  registeredAtMs: z.int(),
  endedAtMs: z.int().nullable(),
});
export type Feature = z.infer<typeof Feature>;

/** `FULL`: no overlaps; `PARTIAL`: some; `SEQUENTIAL`: more than half of the candidate's keys. */
export const Feasibility = z.enum(["FULL", "PARTIAL", "SEQUENTIAL"]);
export type Feasibility = z.infer<typeof Feasibility>;

/** Two keys overlap by the rules of claims, not by being equal strings. */
export const FeatureConflict = z.object({
  featureId: FeatureId,
  overlaps: z.array(z.object({ candidate: z.string(), other: z.string() })),
});
export type FeatureConflict = z.infer<typeof FeatureConflict>;
