/**
 * The dependency graph of a plan's tasks: a cycle, an order, the longest chain.
 */

export interface Dependent {
  readonly id: string;
  readonly dependsOn: readonly string[];
}

/** The ids along one cycle, the first repeated at the end; null if there is none. */
export function findCycle(tasks: readonly Dependent[]): string[] | null {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const state = new Map<string, "open" | "done">();
  const trail: string[] = [];
  const visit = (id: string): string[] | null => {
    if (state.get(id) === "done") return null;
    if (state.get(id) === "open") return [...trail.slice(trail.indexOf(id)), id];
    state.set(id, "open");
    trail.push(id);
    for (const next of byId.get(id)?.dependsOn ?? []) {
      const cycle = byId.has(next) ? visit(next) : null;
      if (cycle !== null) return cycle;
    }
    trail.pop();
    state.set(id, "done");
    return null;
  };
  for (const task of tasks) {
    const cycle = visit(task.id);
    if (cycle !== null) return cycle;
  }
  return null;
}

/**
 * The waves in which an acyclic plan can run: each task one wave after its last dependency; within
 * a wave the order of the plan.
 */
export function waves(tasks: readonly Dependent[]): string[][] {
  const depths = chainDepths(tasks);
  const result: string[][] = [];
  for (const task of tasks) {
    const depth = depths.get(task.id)?.depth ?? 0;
    (result[depth] ??= []).push(task.id);
  }
  return result;
}

/** The longest chain of an acyclic plan, first task first: no schedule can be shorter. */
export function criticalPath(tasks: readonly Dependent[]): string[] {
  const depths = chainDepths(tasks);
  let last: string | null = null;
  for (const task of tasks) {
    const deeper = (depths.get(task.id)?.depth ?? 0) > (last === null ? -1 : depthOf(depths, last));
    if (deeper) last = task.id;
  }
  const path: string[] = [];
  for (let id = last; id !== null; id = depths.get(id)?.after ?? null) path.unshift(id);
  return path;
}

interface Depth {
  readonly depth: number;
  /** The dependency that makes it this deep. */
  readonly after: string | null;
}

function chainDepths(tasks: readonly Dependent[]): ReadonlyMap<string, Depth> {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const depths = new Map<string, Depth>();
  const measure = (id: string): Depth => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    let found: Depth = { depth: 0, after: null };
    for (const next of byId.get(id)?.dependsOn ?? []) {
      const depth = measure(next).depth + 1;
      if (depth > found.depth) found = { depth, after: next };
    }
    depths.set(id, found);
    return found;
  };
  for (const task of tasks) measure(task.id);
  return depths;
}

function depthOf(depths: ReadonlyMap<string, Depth>, id: string): number {
  return depths.get(id)?.depth ?? 0;
}
