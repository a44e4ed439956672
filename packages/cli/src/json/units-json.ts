/** `pod locks UNIT --history` and `pod overlaps` with `--json`. */
import {
  ClaimEnd,
  ClaimMode,
  type PastClaim,
  type UnitOverlap,
  UnitStake,
  type UnitTouch,
} from "@podlane/protocol";
import { z } from "zod";
import { Instant, instant } from "./instant.ts";

export const KeyHistoryJson = z.strictObject({
  version: z.literal(1),
  unit: z.string(),
  claims: z.array(
    z.strictObject({
      id: z.string(),
      holder: z.string(),
      units: z.array(z.string()),
      mode: ClaimMode,
      reason: z.string(),
      since: Instant,
      grantedAt: Instant.nullable(),
      fence: z.int().nullable(),
      /** Null: it lives. */
      endedAt: Instant.nullable(),
      how: ClaimEnd.nullable(),
    }),
  ),
  touches: z.array(
    z.strictObject({
      seq: z.int(),
      at: Instant,
      pod: z.string(),
      access: z.enum(["read", "write"]),
      paths: z.array(z.string()),
    }),
  ),
});
export type KeyHistoryJson = z.infer<typeof KeyHistoryJson>;

export const OverlapsJson = z.strictObject({
  version: z.literal(1),
  /** Pairs were left out: there are too many. */
  truncated: z.boolean(),
  overlaps: z.array(
    z.strictObject({
      a: z.string(),
      b: z.string(),
      keys: z.array(z.strictObject({ key: z.string(), a: UnitStake, b: UnitStake })),
    }),
  ),
});
export type OverlapsJson = z.infer<typeof OverlapsJson>;

interface KeyHistory {
  readonly unit: string;
  readonly claims: readonly PastClaim[];
  readonly touches: readonly UnitTouch[];
}

export function keyHistoryJson({ unit, claims, touches }: KeyHistory): KeyHistoryJson {
  return {
    version: 1,
    unit,
    claims: claims.map((one) => ({
      id: one.claim,
      holder: one.holderName,
      units: one.units,
      mode: one.mode,
      reason: one.reason,
      since: instant(one.askedAtMs),
      grantedAt: one.grantedAtMs === null ? null : instant(one.grantedAtMs),
      fence: one.fence,
      endedAt: one.endedAtMs === null ? null : instant(one.endedAtMs),
      how: one.how,
    })),
    touches: touches.map(({ seq, atMs, podName, access, paths }) => ({
      seq,
      at: instant(atMs),
      pod: podName,
      access,
      paths,
    })),
  };
}

interface Overlaps {
  readonly overlaps: readonly UnitOverlap[];
  readonly truncated: boolean;
}

export function overlapsJson({ overlaps, truncated }: Overlaps): OverlapsJson {
  const named = overlaps.map(({ a, b, keys }) => ({ a: a.name, b: b.name, keys }));
  return { version: 1, truncated, overlaps: named };
}
