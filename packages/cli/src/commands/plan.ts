/** `pod plan check`: whether a plan is valid, and how it would run. */
import type { Command } from "commander";
import { exitCodes } from "@podlane/protocol";
import { type CommandContext, openWorkspace } from "../context.ts";
import { loadPlan } from "../plan/load-plan.ts";
import { printPlanCheck } from "../plan/print-check.ts";
import { verb } from "../verb.ts";

export function addPlan(program: Command, context: CommandContext): void {
  program
    .command("plan")
    .description("look at a plan without running it")
    .command("check")
    .description("check a plan: feasibility, conflicts, order, critical path")
    .argument("<plan>", "the plan file (YAML)")
    .option("--json", "one object")
    .action(
      verb(context, (path: string, options: { readonly json?: true }) =>
        check(context, path, options.json === true),
      ),
    );
}

async function check(context: CommandContext, path: string, json: boolean): Promise<number> {
  const workspace = await openWorkspace(context);
  const { plan } = await loadPlan(context, workspace, path, {});
  printPlanCheck(context.terminal, plan, json);
  context.terminal.say(`next: pod run ${path}`);
  return exitCodes.done;
}
