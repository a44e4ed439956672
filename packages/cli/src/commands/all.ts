/** Every verb, in the order in which help lists them. */
import type { Command } from "commander";
import type { CommandContext } from "../context.ts";
import { addPs } from "./ps.ts";
import { addRun } from "./run.ts";
import { addServe } from "./serve.ts";
import { addSpawn } from "./spawn.ts";

export function addCommands(program: Command, context: CommandContext): void {
  for (const add of [addRun, addSpawn, addPs, addServe]) add(program, context);
}
