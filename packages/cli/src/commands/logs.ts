/** `pod logs`: what a pod printed, or one of its lanes. */
import { Option, type Command } from "commander";
import { exitCodes, type Lane, type PodRecord } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { withCoordinator } from "../coordinator-client.ts";
import { usageFailure } from "../failure.ts";
import { showAgentLane } from "../logs/agent-lane.ts";
import { showControlLane } from "../logs/control-lane.ts";
import { isUnder } from "../lifecycle.ts";
import { jsonSink, type LogSink, namedTextSink, textSink } from "../logs/log-sink.ts";
import { showOutput } from "../logs/output.ts";
import { parseSince } from "../options.ts";
import { findPod } from "../pod-client.ts";
import { verb } from "../verb.ts";

interface LogsOptions {
  readonly follow?: true;
  readonly tree?: true;
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
    .option("--tree", "also of everything that is below it now, each line with its name")
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
  const pods = await podsToShow(context, wanted, options);
  const show = (pod: PodRecord) => showOne(context, pod, options);
  // What has ended is told pod by pod; who follows hears all of them at once.
  if (options.follow === true) await Promise.all(pods.map(show));
  else for (const pod of pods) await show(pod);
  return exitCodes.done;
}

function podsToShow(
  context: CommandContext,
  wanted: string,
  { tree }: LogsOptions,
): Promise<PodRecord[]> {
  return withCoordinator(context, async (coordinator) => {
    const pod = await findPod(coordinator, wanted);
    if (tree !== true) return [pod];
    const { pods } = await coordinator.call("pod.list", { all: true });
    return [pod, ...pods.filter((one) => isUnder(pods, one, pod.id))];
  });
}

async function showOne(
  context: CommandContext,
  pod: PodRecord,
  options: LogsOptions,
): Promise<void> {
  const sink = sinkFor(context, pod, options);
  const request = { follow: options.follow === true, sinceMs: options.since ?? 0, sink };
  if (options.lane === "agent") await showAgentLane(context, pod, request);
  else if (options.lane === "control") await showControlLane(context, pod, request);
  else await showOutput(context, pod, request);
  sink.close();
}

function sinkFor({ terminal }: CommandContext, { name }: PodRecord, options: LogsOptions): LogSink {
  if (options.json === true) return jsonSink(terminal, name);
  return options.tree === true ? namedTextSink(terminal, name) : textSink(terminal);
}
