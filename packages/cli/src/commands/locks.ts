/** `pod locks`: what is claimed, by whom, and who waits. */
import type { Command } from "commander";
import { exitCodes } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { connectKnown } from "../coordinator-client.ts";
import { locksJson } from "../json/locks-json.ts";
import { readLogClock } from "../log-clock.ts";
import { renderDuration } from "../render/duration.ts";
import { printRows } from "../render/table.ts";
import { verb } from "../verb.ts";

export function addLocks(program: Command, context: CommandContext): void {
  program
    .command("locks")
    .description("list claims: who holds what, and who waits for it")
    .option("--json", "one object")
    .action(
      verb(context, (options: { readonly json?: true }) => locks(context, options.json === true)),
    );
}

async function locks(context: CommandContext, json: boolean): Promise<number> {
  const { terminal } = context;
  const connected = await connectKnown(context);
  const claims =
    connected === null ? [] : (await connected.coordinator.call("claim.list", {})).claims;
  const nowMs = connected === null ? 0 : (await readLogClock(connected.coordinator))();
  connected?.coordinator.close();
  if (json) {
    terminal.json(locksJson(claims));
    return exitCodes.done;
  }
  const rows = claims.map((claim) => [
    claim.id,
    claim.state === "granted" ? "held" : `waits ${claim.position}`,
    claim.holderName,
    claim.mode,
    renderDuration(nowMs - claim.sinceMs),
    claim.units.join(" "),
    claim.blockedBy.map((one) => one.holderName).join(", "),
  ]);
  printRows(terminal, ["ID", "STATE", "WHO", "MODE", "AGE", "UNITS", "BEHIND"], rows);
  return exitCodes.done;
}
