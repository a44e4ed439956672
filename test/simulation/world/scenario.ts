/**
 * What one run is made of. A seed gives all of it; a case file may hold a smaller one that fails
 * just as well.
 */
import { faultKinds, type FaultKind } from "./faults.ts";
import { Random } from "./random.ts";

export interface Scenario {
  readonly seed: number;
  /** Coordinators on one store. */
  readonly servers: number;
  /** Agents from outside that claim and release. */
  readonly agents: number;
  /** Whether an operator and a host run pods, plans and merges too. */
  readonly pods: boolean;
  /** Simulated time with faults; what is open then comes to its end without any. */
  readonly busyMs: number;
  readonly faults: readonly FaultKind[];
}

/** Half of the runs have one server, as on one machine; half have pods; a quarter is long. */
export function scenarioOf(seed: number): Scenario {
  const random = new Random(`scenario ${seed}`);
  const pods = random.chance(0.5);
  return {
    seed,
    servers: random.pick([1, 1, 1, 2, 2, 3]),
    agents: pods ? random.int(0, 2) : random.int(2, 5),
    pods,
    busyMs: random.int(2, 5) * 1_000 * random.pick([1, 1, 1, 2]),
    faults: faultKinds.filter(() => random.chance(0.4)),
  };
}
