/**
 * Units that several may hold at once: processes of which the machine can run more than one.
 */
import { prefixOf } from "@podlane/protocol";
import type { UnitCapacity, UnitKey } from "@podlane/protocol";
import { accept, refuse, refuseWith } from "../decider.ts";
import type { Deciders } from "../decider.ts";
import type { Evolvers } from "../fact.ts";
import { fact, subjectOf } from "../fact.ts";
import { capacityOf } from "./meetings.ts";
import { lineUpAll } from "./queueing.ts";
import type { ClaimsSlice } from "./claims-slice.ts";
import { knownClaim } from "./claims-slice.ts";
import { unitKeyOf } from "./unit-cache.ts";

export const capacityDeciders: Deciders<"claim.set_capacity"> = {
  /**
   * Refuses `invalid_request` for what is no `proc:` unit, and `conflict` to lower it while more
   * hold or wait than would fit: taking room away could leave waiters that nobody can let in.
   */
  "claim.set_capacity": ({ claims }, { unit: spelling, capacity }) => {
    const key = unitKeyOf(spelling);
    if (!key.ok) return refuseWith(key.error);
    const unit = key.value;
    if (prefixOf(unit) !== "proc") {
      return refuse("invalid_request", `only a proc: unit has a capacity, found ${unit}`);
    }
    const known = capacityOf(claims, unit);
    const users = usersOf(claims, unit).size;
    if (capacity < known && users > capacity) {
      const found = `${users} hold or wait for ${unit}`;
      return refuse("conflict", `${found}: wait until ${capacity} are left, then lower it`);
    }
    const set = fact("claim.capacity_set", subjectOf.unit(unit), { unit, capacity });
    return accept<"claim.set_capacity">(known === capacity ? [] : [set], () => ({
      unit,
      capacity,
    }));
  },
};

function usersOf(claims: ClaimsSlice, unit: UnitKey): ReadonlySet<string> {
  const queue = claims.byKey.get(unit);
  const ids = [...(queue?.held.exclusive ?? []), ...(queue?.waiting.exclusive ?? [])];
  return new Set(ids.map((id) => knownClaim(claims, id).holder));
}

export const capacityEvolvers: Evolvers<"claim.capacity_set"> = {
  "claim.capacity_set": (state, data, { undo }) => {
    const unit = data.unit as UnitKey;
    const { capacities } = state.claims;
    if (data.capacity === 1) undo.remove(capacities, unit);
    else undo.put(capacities, unit, data.capacity);
    lineUpAll(state, unit, undo);
  },
};

/** The units with a capacity of their own, by key. */
export function capacitiesOf({ capacities }: ClaimsSlice): UnitCapacity[] {
  const listed = [...capacities].map(([unit, capacity]) => ({ unit, capacity }));
  return listed.toSorted((a, b) => (a.unit < b.unit ? -1 : 1));
}
