/**
 * The order of requests: first come first served within a priority, and priorities that age.
 */
import type { ClaimId } from "@podlane/protocol";
import { claimAgeingStepMs } from "../limits.ts";
import type { ClaimsSlice } from "./claims-slice.ts";
import { knownClaim } from "./claims-slice.ts";

export interface Turn {
  readonly rank: number;
  readonly seq: number;
}

/**
 * The place of a request among all others, lesser first: its time, put back by its priority. It
 * never changes, and a waiter of the last priority is overtaken for nine steps at most.
 */
export function rankOf({ sinceMs, priority }: { sinceMs: number; priority: number }): number {
  return sinceMs + priority * claimAgeingStepMs;
}

export function isBefore(a: Turn, b: Turn): boolean {
  return a.rank < b.rank || (a.rank === b.rank && a.seq < b.seq);
}

/** How many of a queue come before `turn`: its index if it is there, else where it belongs. */
export function placeIn(claims: ClaimsSlice, queue: readonly ClaimId[], turn: Turn): number {
  const last = queue.at(-1);
  // Nearly every request comes last.
  if (last === undefined || isBefore(knownClaim(claims, last), turn)) return queue.length;
  let [low, high] = [0, queue.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const id = queue[middle];
    if (id !== undefined && isBefore(knownClaim(claims, id), turn)) low = middle + 1;
    else high = middle;
  }
  return low;
}
