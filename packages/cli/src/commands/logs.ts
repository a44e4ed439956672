/** `pod logs`: what a pod printed, or one of its lanes. */
import { Option, type Command } from "commander";
import { exitCodes, type Lane } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { withCoordinator } from "../coordinator-client.ts";
import { usageFailure } from "../failure.ts";
import { showAgentLane } from "../logs/agent-lane.ts";
import { showControlLane } from "../logs/control-lane.ts";
import { jsonSink, textSink } from "../logs/log-sink.ts";
import { showOutput } from "../logs/output.ts";
import { parseSince } from "../options.ts";
import { findPod } from "../pod-client.ts";
import { verb } from "../verb.ts";

interface LogsOptions {
  readonly follow?: true;
  readonly lane?: Lane;
  readonly since?: number;
  readonly json?: true;
}

export function addLogs(program: Command, context: CommandContext): void {
  program
    .command("logs")
    .description("show what a pod's agent and commands printed, also of one that has ended")
    .argument("<pod>", "its name, a unique prefix of its id, or @last")
    .option("-f, --follow", "go on until it ends")
    .addOption(
      new Option(
        "--lane <lane>",
        "agent: its history as lines; control: what the log says of it",
      ).choices(["control", "agent"]),
    )
    .option("--since <time>", "of a lane: an age (90s, 10m, 2h, 1d) or an ISO date", parseSince)
    .option("--json", "one object a line: a piece of output, or an entry of the lane")
    .action(verb(context, (pod: string, options: LogsOptions) => logs(context, pod, options)));
}

async function logs(
  context: CommandContext,
  wanted: string,
  options: LogsOptions,
): Promise<number> {
  if (options.since !== undefined && options.lane === undefined) {
    throw usageFailure("output carries no times: give --since with --lane agent or control");
  }
  const pod = await withCoordinator(context, (coordinator) => findPod(coordinator, wanted));
  const follow = options.follow === true;
  const { terminal } = context;
  const sink = options.json === true ? jsonSink(terminal, pod.name) : textSink(terminal);
  const request = { follow, sinceMs: options.since ?? 0, sink };
  if (options.lane === "agent") await showAgentLane(context, pod, request);
  else if (options.lane === "control") await showControlLane(context, pod, request);
  else await showOutput(context, pod, request);
  return exitCodes.done;
}
