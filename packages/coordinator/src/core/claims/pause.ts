/**
 * Pause-locks: while `feature:<id>:pause` is held, or waited for, nobody else gets `feature:<id>`,
 * and what is known to be work on the feature is neither started nor finalised. Whoever has the
 * feature already keeps it: a pause waits for nobody.
 */
import type { UnitKey } from "@podlane/protocol";
import type { WorkspaceState } from "../state.ts";
import type { ClaimEntry } from "./claims-slice.ts";
import { knownClaim } from "./claims-slice.ts";
import { unitFacts, unitKeysOf } from "./unit-cache.ts";

/** Whether a claim on any of these is a pause-lock. */
export function pausesAny(units: readonly UnitKey[]): boolean {
  return units.some((unit) => unitFacts(unit).pauses !== null);
}

/** The grant that pauses a feature among the units of a piece of work; its own do not. */
export function pauseOf(
  state: WorkspaceState,
  { units, holder }: { readonly units: readonly string[]; readonly holder: string | null },
): ClaimEntry | null {
  const keys = unitKeysOf(units);
  if (!keys.ok) return null;
  for (const key of keys.value) {
    const { pausedBy } = unitFacts(key);
    const queue = pausedBy === null ? undefined : state.claims.byKey.get(pausedBy);
    if (queue === undefined) continue;
    for (const id of [...queue.held.exclusive, ...queue.held.shared]) {
      const claim = knownClaim(state.claims, id);
      if (claim.holder !== holder) return claim;
    }
  }
  return null;
}
