/**
 * What a claim on paths would run into in other hands. Kin are never in each other's way there, so
 * beside a claim may lie others that its next holder is no kin of.
 */
import type { WorkspaceState } from "../state.ts";
import { firstBefore } from "./before.ts";
import type { ClaimEntry } from "./claims-slice.ts";
import { unitFacts } from "./unit-cache.ts";

/** A grant that stands against handing `claim` to another registration, or null. */
export function clashOf(state: WorkspaceState, claim: ClaimEntry, to: string): ClaimEntry | null {
  const units = claim.units.filter((key) => unitFacts(key).path !== null);
  // No waiter comes before this rank: only grants are found, and one of them may be the claim.
  const wanted = { holder: to, units, mode: claim.mode, rank: -Infinity, seq: 0 };
  return firstBefore(state, wanted, 2).find((other) => other !== claim) ?? null;
}
