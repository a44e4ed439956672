/** `pod log verify`: the whole log, record by record, against its chain of hashes. */
import type { Command } from "commander";
import { exitCodes } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { withCoordinator } from "../coordinator-client.ts";
import type { LogVerifyJson } from "../json/upkeep-json.ts";
import { verb } from "../verb.ts";

export function addLog(program: Command, context: CommandContext): void {
  program
    .command("log")
    .description("look after the shared log")
    .command("verify")
    .description("check every record of the shared log; names the first bad one")
    .option("--json", "one object")
    .action(verb(context, ({ json }: { readonly json?: true }) => verify(context, json === true)));
}

function verify(context: CommandContext, json: boolean): Promise<number> {
  return withCoordinator(context, async (coordinator) => {
    const { ok, events, firstBad, reason } = await coordinator.call("log.verify", {});
    const answer: LogVerifyJson = { version: 1, ok, events, firstBad, reason };
    if (json) context.terminal.json(answer);
    else context.terminal.print(ok ? `${events} events, every record whole` : reason);
    return ok ? exitCodes.done : exitCodes.failed;
  });
}
