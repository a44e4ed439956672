/**
 * A bug to plant into the source as it is bundled for a simulation: a mistake that a lock server
 * has been seen to make, or that this one made. Each edit must fit exactly one place.
 */
import type { FaultKind } from "../world/faults.ts";
import type { WorkPart } from "../world/scenario.ts";

export interface Within {
  readonly minServers?: number;
  readonly pods?: boolean;
  readonly tasks?: boolean;
  readonly part?: WorkPart;
  /** Any of them. */
  readonly faults?: readonly FaultKind[];
}

export interface Mutation {
  readonly name: string;
  /** Below `packages/coordinator/src`. */
  readonly file: string;
  readonly edits: readonly (readonly [find: string, replace: string])[];
  /** Kept in `cases`: the run in which it was once seen, tried before all others. */
  readonly case?: string;
  /** The seed to begin with: one in which it shows, so that `npm test` need not look for it. */
  readonly fromSeed?: number;
  /** What a scenario must have to show it at all: others are not run. */
  readonly within?: Within;
  /** Invariants, any of which may be the first to break. */
  readonly breaks: readonly string[];
}
