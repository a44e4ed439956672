/** `pod completion`: what a shell needs to complete verbs and options, from the command tree. */
import { Argument, type Command } from "commander";
import { exitCodes } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { completionScript, type Shell } from "../completion/scripts.ts";
import { describeVerbs } from "../completion/verbs.ts";
import { verb } from "../verb.ts";

export function addCompletion(program: Command, context: CommandContext): void {
  program
    .command("completion")
    .description("print a completion script")
    .addArgument(new Argument("<shell>", "your shell").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      "\nbash: source <(pod completion bash)\nzsh:  source <(pod completion zsh)\n" +
        "fish: pod completion fish | source",
    )
    .action(
      verb(context, (shell: Shell) => {
        context.terminal.print(completionScript(shell, describeVerbs(program)));
        return exitCodes.done;
      }),
    );
}
