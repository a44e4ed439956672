/** The `pod` command. */
import { CommanderError } from "commander";
import { exitCodes } from "@podlane/protocol";
import type { CommandContext } from "./context.ts";
import { createProgram } from "./program.ts";
import { programs } from "./programs.ts";
import { createTerminal } from "./terminal.ts";
import { reportFailure } from "./verb.ts";

const { stdout, stderr, env: environment } = process;
const context: CommandContext = {
  terminal: createTerminal({ stdout, stderr, environment }),
  cwd: process.cwd(),
  environment,
  programs: programs(),
};

const program = createProgram(context);

// A reader that left (`pod ps | head`) is no failure; a full disk is.
stdout.on("error", (cause: NodeJS.ErrnoException) => {
  if (cause.code === "EPIPE") process.exit(exitCodes.done);
  context.terminal.say(`the output could not be written: ${cause.code ?? cause.message}`);
  process.exit(exitCodes.failed);
});
// Talk that nobody reads any more ends nothing, and there is nowhere to tell of it.
stderr.on("error", () => undefined);

try {
  await program.parseAsync();
} catch (fault) {
  if (fault instanceof CommanderError) {
    process.exitCode = fault.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  } else process.exitCode = reportFailure(context, fault);
}
// What a slow reader of a pipe has not taken yet would be lost by ending at once. What could not be
// written ends the process above.
stdout.write("", (fault) => {
  if (!fault) stderr.write("", () => process.exit());
});
