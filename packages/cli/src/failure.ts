/**
 * How a command ends early: with a refusal's exit code and one clear message on stderr.
 */
import { exitCodeOf, exitCodes, type Outcome, type Refusal } from "@podlane/protocol";

export class CommandFailure extends Error {
  readonly exitCode: number;
  readonly refusal: Refusal | null;

  constructor(message: string, exitCode: number, refusal: Refusal | null = null) {
    super(message);
    this.name = "CommandFailure";
    this.exitCode = exitCode;
    this.refusal = refusal;
  }
}

/** The value, or the end of the command with the refusal's exit code. */
export function expectOk<T>(outcome: Outcome<T>, doing?: string): T {
  if (outcome.ok) return outcome.value;
  const { code, message } = outcome.error;
  const text = doing === undefined ? message : `${doing}: ${message}`;
  throw new CommandFailure(text, exitCodeOf[code], outcome.error);
}

export function usageFailure(message: string): CommandFailure {
  return new CommandFailure(message, exitCodes.usage);
}
