/**
 * How far the tasks of a plan can run side by side: which pairs share scope or claims, and the
 * order they will run in. A shared key is queued, not forbidden: this is a forecast, not a gate.
 */
import {
  canonicalUnit,
  effectiveScope,
  overlaps,
  type PlanTask,
  type UnitKey,
  unitsOverlap,
} from "@podlane/protocol";
import { waves } from "./dependency-order.ts";

export interface Overlap {
  readonly first: string;
  readonly second: string;
  readonly shared: readonly string[];
}

/** FULL: nothing shared; PARTIAL: some; SEQUENTIAL: more than half of the plan's keys. */
export type Feasibility = "FULL" | "PARTIAL" | "SEQUENTIAL";

export interface Forecast {
  readonly feasibility: Feasibility;
  /** Pairs of tasks that would wait for each other, in the order of the plan. */
  readonly overlaps: readonly Overlap[];
  /** Waves in which nobody would wait for a claim: after dependencies, apart from overlaps. */
  readonly order: readonly (readonly string[])[];
}

/** Pairs that a dependency already puts in order are no overlap. */
export function forecast(tasks: readonly PlanTask[]): Forecast {
  const ordered = reachability(tasks);
  const pairs: Overlap[] = [];
  const shared = new Map(tasks.map((task) => [task.id, new Set<string>()]));
  tasks.forEach((first, index) => {
    for (const second of tasks.slice(index + 1)) {
      if (ordered(first.id, second.id)) continue;
      const keys = sharedKeys(first, second);
      if (keys.length === 0) continue;
      pairs.push({ first: first.id, second: second.id, shared: keys });
      for (const key of sharedOf(first, second)) shared.get(first.id)?.add(key);
      for (const key of sharedOf(second, first)) shared.get(second.id)?.add(key);
    }
  });
  const keys = tasks.reduce((sum, task) => sum + keysOf(task).length, 0);
  const taken = [...shared.values()].reduce((sum, own) => sum + own.size, 0);
  return { feasibility: rate(taken, keys), overlaps: pairs, order: wavesApart(tasks, pairs) };
}

function rate(shared: number, keys: number): Feasibility {
  if (shared === 0) return "FULL";
  return shared * 2 > keys ? "SEQUENTIAL" : "PARTIAL";
}

/** Each task in the first wave after its dependencies in which nothing overlaps it. */
function wavesApart(tasks: readonly PlanTask[], pairs: readonly Overlap[]): string[][] {
  const apart: string[][] = [];
  const waveOf = new Map<string, number>();
  const rivals = new Map<string, Set<string>>();
  for (const { first, second } of pairs) {
    rivals.set(first, (rivals.get(first) ?? new Set()).add(second));
    rivals.set(second, (rivals.get(second) ?? new Set()).add(first));
  }
  for (const id of inOrder(tasks)) {
    const dependsOn = tasks.find((task) => task.id === id)?.dependsOn ?? [];
    let at = Math.max(0, ...dependsOn.map((name) => (waveOf.get(name) ?? -1) + 1));
    while (apart[at]?.some((other) => rivals.get(id)?.has(other))) at += 1;
    (apart[at] ??= []).push(id);
    waveOf.set(id, at);
  }
  return apart;
}

/** Dependencies first; among those that could begin, priority and then the order of the plan. */
function inOrder(tasks: readonly PlanTask[]): string[] {
  const byPriority = tasks.toSorted((a, b) => a.spec.priority - b.spec.priority);
  return waves(byPriority).flat();
}

/** What a task without any rule may write. */
const wholeWorkspace = [{ target: "", effect: "allow", permission: "write" }] as const;

/** What a task may write and what it claims, each once. */
function keysOf(task: PlanTask): string[] {
  const { scope } = task.spec;
  const rules = scope === null || scope.length === 0 ? wholeWorkspace : scope;
  const targets = rules
    .filter(({ effect, permission }) => effect === "allow" && permission === "write")
    .map(({ target }) => `dir:${target === "" ? "." : target}`);
  return [...new Set([...targets, ...unitsOf(task)])];
}

/** The keys of one task that overlap something of another. */
function sharedOf(task: PlanTask, other: PlanTask): string[] {
  const others = keysOf(other);
  return keysOf(task).filter((key) =>
    others.some((one) => unitsOverlap(key as UnitKey, one as UnitKey)),
  );
}

function sharedKeys(first: PlanTask, second: PlanTask): string[] {
  return [...sharedScope(first, second), ...sharedClaims(first, second)];
}

function sharedScope(first: PlanTask, second: PlanTask): string[] {
  const scopes = [first, second].map((task) => effectiveScope("top_level", task.spec.scope ?? []));
  const [a, b] = scopes;
  return a === undefined || b === undefined ? [] : overlaps(a, b).map((path) => path || ".");
}

function sharedClaims(first: PlanTask, second: PlanTask): string[] {
  const others = unitsOf(second);
  return unitsOf(first).filter((unit) => others.some((other) => unitsOverlap(unit, other)));
}

function unitsOf(task: PlanTask): UnitKey[] {
  return task.spec.claims.flatMap((raw) => {
    const unit = canonicalUnit(raw);
    return unit.ok ? [unit.value] : [];
  });
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
