/** `pod init`: a commented pod.yaml for the person to edit. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { exitCodes } from "@podlane/protocol";
import { projectFileName } from "../config.ts";
import { type CommandContext, openWorkspace } from "../context.ts";
import { CommandFailure } from "../failure.ts";
import type { InitJson } from "../json/upkeep-json.ts";
import { verb } from "../verb.ts";

/** Every key that has an engine, with its default. */
const template = `# Podlane's settings for this repository. Every line is optional; what is
# commented out is the default. A plan's own \`config\` stands above this file,
# flags stand above both.

# How many agents may think at once.
# max_concurrent_agents: 5

# worktree: each pod has a git worktree of its own. directory: all share this checkout.
# isolation_strategy: worktree

# strict: a pod claims a file before it writes it. advisory: it is recorded and warned about.
# capacity: how many may hold a process at once (proc:test here); one unless it is said.
# claims: { mode: strict, capacity: { test: 1 } }

# What a pod does while no coordinator answers: block its writes, or continue.
# coordinator_down: block

# Seconds after which a pod is ended.
# resource_limits: { time_seconds: 3600 }

# Land finished branches without being asked (as \`merge: { mode: auto }\` in a plan).
# auto_merge: false

# Remove the worktree of a pod once its work has landed.
# cleanup_on_complete: true

# Seconds of silence after which an agent from outside is dead and what it had returns.
# sessions: { dead_after_seconds: 900 }

# 1 is first, 10 is last.
# priority: 5

# How many generations below a top-level pod may be lent its scope.
# delegate: 3
`;

export function addInit(program: Command, context: CommandContext): void {
  program
    .command("init")
    .description("write a commented pod.yaml and say where state lives")
    .option("--json", "one object")
    .action(verb(context, (options: { readonly json?: true }) => init(context, options)));
}

async function init(context: CommandContext, options: { readonly json?: true }): Promise<number> {
  const { terminal } = context;
  const { repository, layout } = await openWorkspace(context);
  const file = join(repository.toplevel, projectFileName);
  try {
    await writeFile(file, template, { flag: "wx" });
  } catch (cause) {
    throw notWritten(file, cause as NodeJS.ErrnoException);
  }
  const answer: InitJson = { version: 1, file, stateDir: layout.stateDir };
  if (options.json === true) terminal.json(answer);
  else {
    terminal.print(`wrote ${file}`);
    terminal.print(`state lives in ${layout.stateDir}`);
  }
  terminal.say("next: pod plan check PLAN.yaml · pod run PLAN.yaml · pod spawn NAME -- COMMAND");
  return exitCodes.done;
}

function notWritten(file: string, { code, message }: NodeJS.ErrnoException): CommandFailure {
  return code === "EEXIST"
    ? new CommandFailure(`${file} exists already; it was left as it is`, exitCodes.conflict)
    : new CommandFailure(`cannot write ${file}: ${code ?? message}`, exitCodes.failed);
}
