/**
 * Claims (locks): what a registration holds now, with TTL and fencing token.
 */
import { z } from "zod";
import { ClaimId, RegistrationId } from "./ids.ts";
import { maxClaimUnits, maxDeadlineMs, maxUnitCapacity } from "./limits.ts";

export const minClaimTtlMs = 1_000;
export const maxClaimTtlMs = 8 * 3_600_000;
export const defaultClaimTtlMs = 30 * 60_000;

export const ClaimMode = z.enum(["exclusive", "shared"]);
export type ClaimMode = z.infer<typeof ClaimMode>;

export const ClaimWait = z.union([
  z.literal("none"),
  z.object({ deadlineMs: z.int().min(1).max(maxDeadlineMs) }),
]);

/** `turn_end`: the claim also ends with the turn it was taken in; for pods only. */
export const ClaimUntil = z.enum(["release", "turn_end"]);
export type ClaimUntil = z.infer<typeof ClaimUntil>;

export const AcquireClaim = z.object({
  units: z.array(z.string()).min(1).max(maxClaimUnits),
  mode: ClaimMode.default("exclusive"),
  ttlMs: z.int().min(minClaimTtlMs).max(maxClaimTtlMs).default(defaultClaimTtlMs),
  wait: ClaimWait.default("none"),
  priority: z.int().min(1).max(10).default(5),
  reason: z.string().max(512).default(""),
  until: ClaimUntil.default("release"),
});
export type AcquireClaim = z.infer<typeof AcquireClaim>;

/** How many exclusive claims may hold a `proc:` unit at once; one unless set. */
export const UnitCapacity = z.object({
  unit: z.string(),
  capacity: z.int().min(1).max(maxUnitCapacity),
});
export type UnitCapacity = z.infer<typeof UnitCapacity>;

export const ClaimEnd = z.enum([
  "released",
  "expired",
  "lapsed",
  "holder_ended",
  "gave_up",
  "handed_over",
]);
export type ClaimEnd = z.infer<typeof ClaimEnd>;

/** A grant carries its fence; a queued claim says its place and who is in the way. */
export const ClaimView = z.object({
  id: ClaimId,
  units: z.array(z.string()),
  mode: ClaimMode,
  state: z.enum(["granted", "queued"]),
  holder: RegistrationId,
  /** For people: the pod's or agent's name. */
  holderName: z.string(),
  fence: z.int().nullable(),
  /** 0 for a grant. */
  position: z.int().min(0),
  /** Holders and earlier waiters in the way. */
  blockedBy: z.array(z.object({ claim: ClaimId, holder: RegistrationId, holderName: z.string() })),
  reason: z.string(),
  until: ClaimUntil,
  sinceMs: z.int(),
  expiresAtMs: z.int().nullable(),
});
export type ClaimView = z.infer<typeof ClaimView>;
