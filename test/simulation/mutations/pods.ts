/** Mistakes of pods, their turns, runs and merges. */
import type { Mutation } from "./mutation.ts";

export const podMutations: readonly Mutation[] = [
  {
    name: "a pod that ends keeps its claims",
    file: "core/pods/exit.ts",
    edits: [["endClaimsOf(state, pod.id, batch);", ""]],
    within: { pods: true },
    breaks: ["L5"],
  },
  {
    name: "what is lent to one child is lent to the next as well",
    file: "core/scopes.ts",
    edits: [["const loans = loansOf(state, pod);", "const loans = [];"]],
    fromSeed: 88,
    within: { pods: true },
    breaks: ["S1"],
  },
  {
    name: "a task begins before the first of its dependencies is done",
    file: "core/runs/waits.ts",
    edits: [
      [
        'const open = dependsOn.filter((name) => run.tasks.get(name)?.state !== "done");',
        'const open = dependsOn.slice(1).filter((name) => run.tasks.get(name)?.state !== "done");',
      ],
    ],
    within: { pods: true },
    breaks: ["Q3"],
  },
  {
    name: "two merges execute on one base",
    file: "core/merges/advance.ts",
    edits: [["if (busy.has(baseKeyOf(merge))) continue;", ""]],
    fromSeed: 127,
    within: { pods: true },
    breaks: ["M1"],
  },
  {
    name: "a slot goes to the youngest pod",
    file: "core/turns/admission.ts",
    edits: [["|| a.seq - b.seq", "|| b.seq - a.seq"]],
    fromSeed: 122,
    within: { pods: true },
    breaks: ["turns"],
  },
  {
    name: "a plan's task begins though its feature is paused",
    file: "core/runs/waits.ts",
    edits: [["if (pause === null) return null;", "return null;"]],
    fromSeed: 59,
    within: { part: "features", pods: true },
    breaks: ["pause"],
  },
  {
    name: "work on a paused feature is merged",
    file: "core/merges/advance.ts",
    edits: [["&& pauseOfMerge(state, merge) === null", ""]],
    within: { part: "features", pods: true },
    breaks: ["pause"],
  },
];
