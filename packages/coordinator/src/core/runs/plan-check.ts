/**
 * What must hold of a plan before it becomes a run: tasks are unique, dependencies exist and do not
 * go round.
 */
import { accepted, refused } from "@podlane/protocol";
import type { Name, Outcome, Plan } from "@podlane/protocol";

/** Refuses `invalid_request`, naming the task or the cycle. */
export function checkPlan(plan: Plan): Outcome<null> {
  const dependencies = new Map<Name, readonly Name[]>();
  for (const { id, dependsOn } of plan.tasks) {
    if (dependencies.has(id)) return refused("invalid_request", `two tasks are called ${id}`);
    dependencies.set(id, dependsOn);
  }
  for (const { id, dependsOn } of plan.tasks) {
    const unknown = dependsOn.find((name) => !dependencies.has(name));
    if (unknown === undefined) continue;
    return refused("invalid_request", `task ${id} depends on ${unknown}, which is no task here`);
  }
  const cycle = findDependencyCycle(dependencies);
  if (cycle === null) return accepted(null);
  return refused("invalid_request", `tasks wait for each other: ${cycle.join(" → ")}`, { cycle });
}

/** Tasks in an order that has every dependency first; what is left over is in a cycle. */
function findDependencyCycle(dependencies: ReadonlyMap<Name, readonly Name[]>): Name[] | null {
  const open = new Map(dependencies);
  for (let before = -1; before !== open.size;) {
    before = open.size;
    for (const [task, on] of open) if (!on.some((name) => open.has(name))) open.delete(task);
  }
  const start = open.keys().next().value;
  if (start === undefined) return null;
  const path: Name[] = [start];
  for (;;) {
    const last = path[path.length - 1] ?? start;
    const next = open.get(last)?.find((name) => open.has(name)) ?? start;
    const seen = path.indexOf(next);
    path.push(next);
    if (seen >= 0) return path.slice(seen);
  }
}
