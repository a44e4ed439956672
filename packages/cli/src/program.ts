/** The command tree: every verb with its arguments, options and help. */
import { Command } from "commander";
import { addCommands } from "./commands/all.ts";
import type { CommandContext } from "./context.ts";
import { packageVersion } from "./version.ts";

export function createProgram(context: CommandContext): Command {
  const program = new Command("pod")
    .description("Run many coding agents on one repository as scheduled workers.")
    .version(packageVersion, "-V, --version")
    .showSuggestionAfterError()
    .showHelpAfterError("(pod --help lists the verbs)")
    .configureHelp({ sortSubcommands: false })
    .enablePositionalOptions()
    .exitOverride();
  addCommands(program, context);
  return program;
}
