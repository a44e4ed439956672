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

// A reader that left (`pod ps | head`) is no failure.
stdout.on("error", (cause: NodeJS.ErrnoException) => {
  process.exit(cause.code === "EPIPE" ? exitCodes.done : exitCodes.failed);
});

try {
  await program.parseAsync();
} catch (fault) {
  if (fault instanceof CommanderError) {
    process.exitCode = fault.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  } else process.exitCode = reportFailure(context, fault);
}
process.exit();
