/**
 * What is told of work units beside the claims on them now: what became of earlier ones, who
 * touched them, and who overlaps on which.
 */
import { z } from "zod";
import { ClaimEnd, ClaimMode } from "./claim.ts";
import { ClaimId, PodId, RegistrationId } from "./ids.ts";

/** One claim from its request to its end. */
export const PastClaim = z.object({
  claim: ClaimId,
  holder: RegistrationId,
  /** For people; the registration itself once its pod is forgotten. */
  holderName: z.string(),
  units: z.array(z.string()),
  mode: ClaimMode,
  reason: z.string(),
  askedAtMs: z.int(),
  /** Null: it was never granted. */
  grantedAtMs: z.int().nullable(),
  fence: z.int().nullable(),
  /** Null: it lives. */
  endedAtMs: z.int().nullable(),
  how: ClaimEnd.nullable(),
});
export type PastClaim = z.infer<typeof PastClaim>;

/** One report of a pod that it read or wrote; only the paths that were asked about. */
export const UnitTouch = z.object({
  seq: z.int(),
  atMs: z.int(),
  pod: PodId,
  podName: z.string(),
  access: z.enum(["read", "write"]),
  paths: z.array(z.string()),
});
export type UnitTouch = z.infer<typeof UnitTouch>;

/** What somebody has of a unit: a grant, a place in its queue, or the scope to write it. */
export const UnitStake = z.enum(["holds", "waits", "may_write"]);
export type UnitStake = z.infer<typeof UnitStake>;

const Party = z.object({ registration: RegistrationId, name: z.string() });

/** Two that live and overlap, and on which keys. `a` is the one that was there first. */
export const UnitOverlap = z.object({
  a: Party,
  b: Party,
  keys: z.array(z.object({ key: z.string(), a: UnitStake, b: UnitStake })).min(1),
});
export type UnitOverlap = z.infer<typeof UnitOverlap>;
