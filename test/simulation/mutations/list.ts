/** All bugs that the simulation is shown to find, one at a time. */
import { claimMutations } from "./claims.ts";
import { logMutations } from "./log.ts";
import type { Mutation } from "./mutation.ts";
import { podMutations } from "./pods.ts";
import { taskMutations } from "./tasks.ts";

export const mutations: readonly Mutation[] = [
  ...logMutations,
  ...claimMutations,
  ...podMutations,
  ...taskMutations,
];
