/**
 * What one run is made of. A seed gives all of it; a case file may hold a smaller one that fails
 * just as well.
 */
import { faultKinds, type FaultKind } from "./faults.ts";
import { Random } from "./random.ts";

/** Kinds of work beside claims of files and logical units. */
export const workParts = [
  /** Processes, of which the machine has room for more than one at times. */
  "processes",
  /** Features and the pause-locks of them. */
  "features",
  /** Servers that start from a snapshot and the log's tail, not from the whole log. */
  "snapshots",
] as const;
export type WorkPart = (typeof workParts)[number];

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
  /** Registered agents that work through the queue; with none nobody has tasks. */
  readonly workers?: number;
  /** A case that does not name a part was kept before there was one: it runs as it did. */
  readonly parts?: readonly WorkPart[];
}

/**
 * Half of the runs have one server, as on one machine; half have pods, half have tasks; a quarter
 * is long. As with faults, a run with few parts goes deeper into each of them.
 */
export function scenarioOf(seed: number): Scenario {
  const random = new Random(`scenario ${seed}`);
  const more = random.fork("parts");
  const pods = random.chance(0.5);
  const servers = random.pick([1, 1, 1, 2, 2, 3]);
  const others = pods ? random.int(0, 2) : random.int(2, 5);
  // In place of other agents, not beside them: more at once would only be slower.
  const workers = more.chance(0.5) ? more.int(1, 3) : 0;
  return {
    seed,
    servers,
    agents: Math.max(pods ? 0 : 1, others - workers),
    pods,
    busyMs: random.int(2, 5) * 750 * random.pick([1, 1, 1, 2]),
    faults: faultKinds.filter(() => random.chance(0.4)),
    workers,
    parts: workParts.filter(() => more.chance(0.4)),
  };
}
