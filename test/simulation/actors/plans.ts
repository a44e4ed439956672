/**
 * Specs of pods and plans of runs, in as few words as the rules need.
 */
import type { Random } from "../world/random.ts";

export const baseCommit = "a".repeat(40);

export function commitOf(name: string): string {
  return Buffer.from(name).toString("hex").padEnd(40, "0").slice(0, 40);
}

const settings = {
  coalesceMs: 50,
  wakeBudgetPerMinute: 30,
  claimsMode: "strict",
  coordinatorDown: "block",
} as const;

/** A whole spec: nothing parses it on its way to the rules. */
export function specOf(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name,
    agent: { driver: "shell", command: ["true"] },
    task: `do ${name}`,
    scope: null,
    delegate: 3,
    claims: [],
    limits: {},
    priority: 5,
    isolation: "worktree",
    start: { branch: "main", commit: baseCommit, combine: [] },
    merge: { mode: "none", method: "merge", priority: 5 },
    setup: null,
    settings,
    cleanupOnComplete: true,
    runId: null,
    taskId: null,
    ...more,
  };
}

/** Two to four tasks that depend on earlier ones, under names of their own. */
export function planOf(run: string, random: Random): Record<string, unknown> {
  const names = Array.from({ length: random.int(2, 4) }, (_, n) => `${run}-t${n}`);
  const tasks = names.map((id, at) => {
    const dependsOn = names.slice(0, at).filter(() => random.chance(0.4));
    const mode = random.pick(["auto", "review", "none"]);
    const merge = { mode, method: "merge", priority: random.pick([1, 5]) };
    return { id, dependsOn, spec: specOf(id, { merge, priority: random.pick([1, 5, 5]) }) };
  });
  const base = { branch: "main", commit: baseCommit };
  return { path: "plan.yaml", base, maxConcurrentAgents: random.int(1, 3), tasks };
}
