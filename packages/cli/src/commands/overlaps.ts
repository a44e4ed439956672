/** `pod overlaps`: which living pods and agents overlap, and on which keys. */
import type { Command } from "commander";
import { exitCodes } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { connectKnown } from "../coordinator-client.ts";
import { overlapsJson } from "../json/units-json.ts";
import { printRows } from "../render/table.ts";
import { verb } from "../verb.ts";

export function addOverlaps(program: Command, context: CommandContext): void {
  program
    .command("overlaps")
    .description("list who of those that live holds, waits for or may write the same units")
    .option("--json", "one object")
    .action(
      verb(context, (options: { readonly json?: true }) => show(context, options.json === true)),
    );
}

async function show(context: CommandContext, json: boolean): Promise<number> {
  const { terminal } = context;
  const connected = await connectKnown(context);
  const found =
    connected === null
      ? { overlaps: [], truncated: false }
      : await connected.coordinator.call("claim.overlaps", {});
  connected?.coordinator.close();
  if (json) {
    terminal.json(overlapsJson(found));
    return exitCodes.done;
  }
  const rows = found.overlaps.flatMap(({ a, b, keys }) =>
    keys.map((shared) => [a.name, say(shared.a), b.name, say(shared.b), shared.key]),
  );
  printRows(terminal, ["WHO", "", "WHO", "", "UNIT"], rows);
  if (found.truncated) terminal.say("there are more pairs than are shown");
  return exitCodes.done;
}

function say(stake: string): string {
  return stake.replace("_", " ");
}
