/**
 * Which live claims stand in a request's way, and which waiters it would overtake.
 */
import type { ClaimMode, UnitKey } from "@podlane/protocol";
import { claimAgeingStepMs } from "../limits.ts";
import { isAncestor } from "../pods/tree.ts";
import type { WorkspaceState } from "../state.ts";
import { visitOverlaps } from "./claim-index.ts";
import type { ClaimEntry } from "./claims-slice.ts";

/** What is asked for, by whom, and its place in the order of all requests. */
export interface Wanted {
  readonly holder: string;
  readonly units: readonly UnitKey[];
  readonly mode: ClaimMode;
  readonly rank: number;
}

export interface Conflicts {
  /** Holders, and waiters that were here first: no barging past those. */
  readonly blockedBy: readonly ClaimEntry[];
  /** Waiters of lesser priority that will wait for this one too. */
  readonly overtakes: readonly ClaimEntry[];
}

/**
 * The place of a request among all others, lesser first: its time, put back by its priority. It
 * never changes, and a waiter of the last priority is overtaken for nine steps at most.
 */
export function rankOf({ sinceMs, priority }: { sinceMs: number; priority: number }): number {
  return sinceMs + priority * claimAgeingStepMs;
}

const none: Conflicts = { blockedBy: [], overtakes: [] };

export function conflictsOf(state: WorkspaceState, wanted: Wanted): Conflicts {
  let found: Set<ClaimEntry> | null = null;
  for (const key of wanted.units) {
    visitOverlaps(state.claims, key, (claim, { isPath }) => {
      if (claim.holder === wanted.holder) return;
      if (wanted.mode === "shared" && claim.mode === "shared") return;
      if (isPath && areKin(state, claim.holder, wanted.holder)) return;
      found ??= new Set();
      found.add(claim);
    });
  }
  return found === null ? none : split(found, wanted.rank);
}

function split(found: ReadonlySet<ClaimEntry>, rank: number): Conflicts {
  const claims = [...found].toSorted((a, b) => a.seq - b.seq);
  const isAhead = (claim: ClaimEntry) => claim.fence !== null || rankOf(claim) <= rank;
  return {
    blockedBy: claims.filter(isAhead),
    overtakes: claims.filter((claim) => !isAhead(claim)),
  };
}

/**
 * Paths never clash between a pod and its descendants: scopes already split them, and a `dir:` that
 * the parent took before it lent a part of it must not keep the child out of that part.
 */
function areKin(state: WorkspaceState, a: string, b: string): boolean {
  return isAncestor(state, a, b) || isAncestor(state, b, a);
}
