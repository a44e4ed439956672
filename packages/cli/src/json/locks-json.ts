/** `pod locks`, `pod claim` and `pod release` with `--json`. */
import { ClaimMode, type ClaimView } from "@podlane/protocol";
import { z } from "zod";
import { Instant, instant } from "./instant.ts";

export const LocksJson = z.strictObject({
  version: z.literal(1),
  claims: z.array(
    z.strictObject({
      id: z.string(),
      units: z.array(z.string()),
      mode: ClaimMode,
      holder: z.string(),
      fence: z.int().nullable(),
      since: Instant,
      expiresAt: Instant.nullable(),
    }),
  ),
  waiting: z.array(
    z.strictObject({
      id: z.string(),
      units: z.array(z.string()),
      position: z.int(),
      /** Who waits. */
      waiter: z.string(),
      /** Who is in the way. */
      holders: z.array(z.string()),
      since: Instant,
      reason: z.string(),
    }),
  ),
});
export type LocksJson = z.infer<typeof LocksJson>;

/** `pod claim`: the grant. */
export const ClaimJson = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  units: z.array(z.string()),
  mode: ClaimMode,
  holder: z.string(),
  fence: z.int().nullable(),
  expiresAt: Instant.nullable(),
});
export type ClaimJson = z.infer<typeof ClaimJson>;

/** `pod release`. */
export const ReleaseJson = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  released: z.boolean(),
});
export type ReleaseJson = z.infer<typeof ReleaseJson>;

export function locksJson(claims: readonly ClaimView[]): LocksJson {
  return {
    version: 1,
    claims: claims
      .filter((claim) => claim.state === "granted")
      .map(({ id, units, mode, holderName, fence, sinceMs, expiresAtMs }) => ({
        id,
        units,
        mode,
        holder: holderName,
        fence,
        since: instant(sinceMs),
        expiresAt: expiresAtMs === null ? null : instant(expiresAtMs),
      })),
    waiting: claims
      .filter((claim) => claim.state === "queued")
      .map(({ id, units, position, holderName, blockedBy, sinceMs, reason }) => ({
        id,
        units,
        position,
        waiter: holderName,
        holders: [...new Set(blockedBy.map((one) => one.holderName))],
        since: instant(sinceMs),
        reason,
      })),
  };
}
