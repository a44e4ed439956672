/**
 * Specs of pods and plans of runs, in as few words as the rules need.
 */
import { Plan, PodSpec } from "@podlane/protocol";
import type { Random } from "../world/random.ts";

export const baseCommit = "a".repeat(40);

export function commitOf(name: string): string {
  return Buffer.from(name).toString("hex").padEnd(40, "0").slice(0, 40);
}

/** A whole spec, as the server's edge would let it in. */
export function specOf(name: string, more: Record<string, unknown> = {}): PodSpec {
  return PodSpec.parse({
    name,
    agent: { driver: "shell", command: ["true"] },
    task: `do ${name}`,
    start: { branch: "main", commit: baseCommit },
    merge: { mode: "none" },
    settings: {},
    ...more,
  });
}

/** Two to four tasks that depend on earlier ones, under names of their own; some on a feature. */
export function planOf(run: string, random: Random, hasFeatures = false): Plan {
  const claimsOf = () => (hasFeatures && random.chance(0.5) ? { claims: ["feature:x"] } : {});
  const names = Array.from({ length: random.int(2, 4) }, (_, n) => `${run}-t${n}`);
  const tasks = names.map((id, at) => {
    const dependsOn = names.slice(0, at).filter(() => random.chance(0.4));
    const mode = random.pick(["auto", "review", "none"]);
    const merge = { mode, priority: random.pick([1, 5]) };
    const restart = { maxRestarts: random.pick([0, 1]) };
    return {
      id,
      dependsOn,
      spec: specOf(id, { merge, restart, priority: random.pick([1, 5, 5]), ...claimsOf() }),
    };
  });
  const base = { branch: "main", commit: baseCommit };
  return Plan.parse({ path: "plan.yaml", base, maxConcurrentAgents: random.int(1, 3), tasks });
}
