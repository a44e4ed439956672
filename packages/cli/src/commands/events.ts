/** `pod events`: the shared log as lines, resumable without a gap. */
import type { Command } from "commander";
import { exitCodes } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { withCoordinator } from "../coordinator-client.ts";
import { readLog } from "../follow-log.ts";
import { logEventJson } from "../json/log-event-json.ts";
import { parseSeq } from "../options.ts";
import { logEventLine } from "../render/log-event-line.ts";
import { verb } from "../verb.ts";

interface EventsOptions {
  readonly follow?: true;
  readonly since?: number;
  readonly json?: true;
}

export function addEvents(program: Command, context: CommandContext): void {
  program
    .command("events")
    .description("show the shared log; one JSON object a line when piped")
    .option("-f, --follow", "go on with what comes (alone: only that)")
    .option("--since <seq>", "only events after this sequence number", parseSeq)
    .option("--json", "one JSON object a line, also on a terminal")
    .action(verb(context, (options: EventsOptions) => events(context, options)));
}

function events(context: CommandContext, options: EventsOptions): Promise<number> {
  const { terminal } = context;
  const follow = options.follow === true;
  const isJson = options.json === true || !terminal.isTable;
  const fromSeq = options.since === undefined ? (follow ? null : 1) : options.since + 1;
  return withCoordinator(context, async (coordinator) => {
    for await (const event of readLog(coordinator, { fromSeq, follow })) {
      if (isJson) terminal.json(logEventJson(event));
      else terminal.print(logEventLine(event));
    }
    return exitCodes.done;
  });
}
