/** `pod doctor`: checks what Podlane stands on and says what to do about what is wrong. */
import type { Command } from "commander";
import { exitCodes } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import type { Check } from "../doctor/check.ts";
import { checkInstallation } from "../doctor/installation.ts";
import { checkLeftovers } from "../doctor/leftovers.ts";
import { checkCoordinator, checkWorkspace } from "../doctor/workspace.ts";
import type { DoctorJson } from "../json/upkeep-json.ts";
import { verb } from "../verb.ts";

export function addDoctor(program: Command, context: CommandContext): void {
  program
    .command("doctor")
    .description("check Node, git, repository, state, coordinator and leftovers")
    .option("--json", "one object")
    .action(
      verb(context, (options: { readonly json?: true }) => doctor(context, options.json === true)),
    );
}

async function doctor(context: CommandContext, json: boolean): Promise<number> {
  const { terminal } = context;
  const checks = await runChecks(context);
  const ok = checks.every((check) => check.ok);
  if (json) terminal.json({ version: 1, ok, checks } satisfies DoctorJson);
  else {
    for (const { name, ok: isWell, found, remedy } of checks) {
      const mark = isWell ? terminal.style("green", "ok     ") : terminal.style("red", "problem");
      terminal.print(`${mark}  ${name}: ${found}`);
      if (remedy !== null) terminal.print(`         → ${remedy}`);
    }
  }
  return ok ? exitCodes.done : exitCodes.failed;
}

async function runChecks(context: CommandContext): Promise<Check[]> {
  const { checks, workspace } = await checkWorkspace(context);
  const before = [...(await checkInstallation()), ...checks];
  if (workspace === null) return before;
  const { check, connected } = await checkCoordinator(context, workspace);
  const pods =
    connected === null ? null : (await connected.coordinator.call("pod.list", { all: true })).pods;
  const after = await checkLeftovers(workspace, pods);
  connected?.coordinator.close();
  return [...before, check, ...after];
}
