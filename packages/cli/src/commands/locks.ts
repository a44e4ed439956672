/** `pod locks`: what is claimed, by whom, and who waits; with `--history` what was before. */
import type { Command } from "commander";
import { type CoordinatorMethods, exitCodes, type ResultOf } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { connectKnown, withCoordinator } from "../coordinator-client.ts";
import { usageFailure } from "../failure.ts";
import { locksJson } from "../json/locks-json.ts";
import { keyHistoryJson } from "../json/units-json.ts";
import { readLogClock } from "../log-clock.ts";
import { renderDuration } from "../render/duration.ts";
import { clockTime } from "../render/history-lines.ts";
import { printRows } from "../render/table.ts";
import { verb } from "../verb.ts";

type KeyHistory = ResultOf<CoordinatorMethods, "claim.history">;

interface LocksOptions {
  readonly history?: true;
  readonly json?: true;
}

export function addLocks(program: Command, context: CommandContext): void {
  program
    .command("locks")
    .description("list claims: who holds what, and who waits for it")
    .argument("[unit...]", "only those that overlap these: paths, or keys such as proc:deploy")
    .option("--history", "of one unit: who had it before, how that ended, and who touched it")
    .option("--json", "one object")
    .action(
      verb(context, (units: string[], options: LocksOptions) =>
        options.history === true
          ? history(context, units, options.json === true)
          : locks(context, units, options.json === true),
      ),
    );
}

async function locks(
  context: CommandContext,
  units: readonly string[],
  json: boolean,
): Promise<number> {
  const { terminal } = context;
  const connected = await connectKnown(context);
  const asked = units.length === 0 ? {} : { units: [...units] };
  const claims =
    connected === null ? [] : (await connected.coordinator.call("claim.list", asked)).claims;
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

async function history(
  context: CommandContext,
  units: readonly string[],
  json: boolean,
): Promise<number> {
  const { terminal } = context;
  const [unit, ...more] = units;
  if (unit === undefined || more.length > 0) throw usageFailure("--history is of one unit");
  return withCoordinator(context, async (coordinator) => {
    const found = await coordinator.call("claim.history", { unit });
    if (json) terminal.json(keyHistoryJson(found));
    else printHistory(terminal, found);
    return exitCodes.done;
  });
}

function printHistory(terminal: CommandContext["terminal"], found: KeyHistory): void {
  const claims = found.claims.map((claim) => ({
    atMs: claim.askedAtMs,
    row: [claim.claim, claim.holderName, claim.mode, claim.units.join(" "), outcomeOf(claim)],
  }));
  const touches = found.touches.map((touch) => ({
    atMs: touch.atMs,
    row: ["", touch.podName, touch.access, touch.paths.map((path) => `file:${path}`).join(" "), ""],
  }));
  const rows = [...claims, ...touches]
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ atMs, row }) => [clockTime(atMs), ...row]);
  printRows(terminal, ["AT", "CLAIM", "WHO", "WHAT", "UNITS", "ENDED"], rows);
}

function outcomeOf({ grantedAtMs, endedAtMs, how }: KeyHistory["claims"][number]): string {
  if (endedAtMs === null) return grantedAtMs === null ? "waits" : "held";
  const length = grantedAtMs === null ? "" : ` after ${renderDuration(endedAtMs - grantedAtMs)}`;
  return `${how ?? "ended"}${length}`;
}
