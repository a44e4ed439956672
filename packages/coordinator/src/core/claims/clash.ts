/**
 * What a claim would run into in other hands. Nobody is in his own way, and kin are not on paths:
 * so beside a claim may lie others that are in the way of its next holder.
 */
import type { WorkspaceState } from "../state.ts";
import { firstBefore } from "./before.ts";
import type { ClaimEntry } from "./claims-slice.ts";

/** A grant that stands against handing `claim` to another registration, or null. */
export function clashOf(state: WorkspaceState, claim: ClaimEntry, to: string): ClaimEntry | null {
  const { units, mode } = claim;
  // No waiter comes before this rank: only grants are found, and one of them may be the claim.
  const wanted = { holder: to, units, mode, rank: -Infinity, seq: 0 };
  return firstBefore(state, wanted, 2).find((other) => other !== claim) ?? null;
}
