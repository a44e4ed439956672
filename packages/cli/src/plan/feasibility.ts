/**
 * How far the tasks of a plan can run side by side: which pairs share scope or claims, and the
 * order they will run in. A shared key is queued, not forbidden: this is a forecast, not a gate.
 */
import {
  canonicalUnit,
  effectiveScope,
  overlaps,
  type PlanTask,
  unitsOverlap,
} from "@podlane/protocol";

export interface Overlap {
  readonly first: string;
  readonly second: string;
  readonly shared: readonly string[];
}

/** FULL: nothing shared; PARTIAL: some; SEQUENTIAL: more than half of all pairs share something. */
export type Feasibility = "FULL" | "PARTIAL" | "SEQUENTIAL";

export interface Forecast {
  readonly feasibility: Feasibility;
  readonly overlaps: readonly Overlap[];
}

/** Pairs that a dependency already puts in order are no overlap. */
export function forecast(tasks: readonly PlanTask[]): Forecast {
  const ordered = reachability(tasks);
  const pairs: [PlanTask, PlanTask][] = [];
  tasks.forEach((first, index) => {
    for (const second of tasks.slice(index + 1)) {
      if (!ordered(first.id, second.id)) pairs.push([first, second]);
    }
  });
  const found = pairs.flatMap(([first, second]) => {
    const shared = [...sharedScope(first, second), ...sharedClaims(first, second)];
    return shared.length === 0 ? [] : [{ first: first.id, second: second.id, shared }];
  });
  return { feasibility: rate(found.length, pairs.length), overlaps: found };
}

function rate(overlapping: number, pairs: number): Feasibility {
  if (overlapping === 0) return "FULL";
  return overlapping * 2 > pairs ? "SEQUENTIAL" : "PARTIAL";
}

function sharedScope(first: PlanTask, second: PlanTask): string[] {
  const scopes = [first, second].map((task) => effectiveScope("top_level", task.spec.scope ?? []));
  const [a, b] = scopes;
  return a === undefined || b === undefined ? [] : overlaps(a, b).map((path) => path || ".");
}

function sharedClaims(first: PlanTask, second: PlanTask): string[] {
  const units = (task: PlanTask) =>
    task.spec.claims.flatMap((raw) => {
      const unit = canonicalUnit(raw);
      return unit.ok ? [unit.value] : [];
    });
  const others = units(second);
  return units(first).filter((unit) => others.some((other) => unitsOverlap(unit, other)));
}

/** Whether one of two tasks comes before the other by dependencies. */
function reachability(tasks: readonly PlanTask[]): (a: string, b: string) => boolean {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const before = new Map<string, ReadonlySet<string>>();
  const ancestors = (id: string): ReadonlySet<string> => {
    const known = before.get(id);
    if (known !== undefined) return known;
    const found = new Set<string>();
    for (const next of byId.get(id)?.dependsOn ?? []) {
      found.add(next);
      for (const further of ancestors(next)) found.add(further);
    }
    before.set(id, found);
    return found;
  };
  return (a, b) => ancestors(a).has(b) || ancestors(b).has(a);
}
