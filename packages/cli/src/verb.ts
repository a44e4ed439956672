/**
 * How a verb runs: its answer is the exit code, its failure one message on stderr.
 */
import { exitCodes } from "@podlane/protocol";
import type { CommandContext } from "./context.ts";
import { CommandFailure } from "./failure.ts";

type Run<A extends unknown[]> = (...args: A) => Promise<number> | number;

export function verb<A extends unknown[]>(
  context: CommandContext,
  run: Run<A>,
): (...args: A) => Promise<void> {
  return async (...args) => {
    try {
      process.exitCode = await run(...args);
    } catch (fault) {
      process.exitCode = reportFailure(context, fault);
    }
  };
}

export function reportFailure({ terminal }: CommandContext, fault: unknown): number {
  if (fault instanceof CommandFailure) {
    terminal.say(fault.message);
    return fault.exitCode;
  }
  terminal.say(`pod failed: ${fault instanceof Error ? (fault.stack ?? "") : String(fault)}`);
  return exitCodes.invariantBroken;
}
