/** The command tree as completion needs it. */
import type { Command } from "commander";

export interface CompletedOption {
  readonly flags: readonly string[];
  readonly description: string;
  readonly choices: readonly string[];
}

export interface CompletedVerb {
  /** `plan check` is two words. */
  readonly words: readonly string[];
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** Fixed values of its first argument. */
  readonly choices: readonly string[];
  /** Its first argument is a pod: names are asked for when they are needed. */
  readonly takesPods: boolean;
}

export function describeVerbs(program: Command, above: readonly string[] = []): CompletedVerb[] {
  return program.commands.flatMap((command) => {
    const words = [...above, command.name()];
    const [argument] = command.registeredArguments;
    const verb: CompletedVerb = {
      words,
      description: command.description(),
      options: command.options.map((option) => ({
        flags: [option.short, option.long].filter((flag) => flag !== undefined && flag !== null),
        description: option.description,
        choices: option.argChoices ?? [],
      })),
      choices: argument?.argChoices ?? command.commands.map((below) => below.name()),
      takesPods: argument !== undefined && /^pod(-|$)/.test(argument.name()),
    };
    return [verb, ...describeVerbs(command, words)];
  });
}
