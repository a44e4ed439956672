/** `pod stop` and `pod kill`: end pods, wait until they are gone, say what still runs. */
import type { Command } from "commander";
import { exitCodes, type PodId, type PodRecord } from "@podlane/protocol";
import { type CommandContext, openWorkspace, ownPod } from "../context.ts";
import { type Coordinator, connectKnown } from "../coordinator-client.ts";
import { CommandFailure } from "../failure.ts";
import type { LifecycleJson } from "../json/answers-json.ts";
import { orderlyEndMs, selectPods } from "../lifecycle.ts";
import { parseSeconds } from "../options.ts";
import { callOwnTool } from "../pod-client.ts";
import { leaveNothing } from "../stop-all.ts";
import { verb } from "../verb.ts";

type Method = "stop" | "kill";

interface StopOptions {
  readonly tree?: true;
  readonly all?: true;
  readonly deadline?: number;
  readonly json?: true;
}

/** Beyond a pod's own deadline: the ladder to SIGKILL, last words and the report. */
const slackMs = 30_000;

export function addStop(program: Command, context: CommandContext): void {
  const add = (method: Method, description: string) =>
    program
      .command(method)
      .description(description)
      .argument("[pod...]", "names, unique prefixes of ids, or @last")
      .option("--tree", "also everything below them")
      .option("--all", "every living pod, and the runs they belong to")
      .option("--json", "one object")
      .action(
        verb(context, (pods: string[], options: StopOptions) =>
          end(context, method, pods, options),
        ),
      );
  add("stop", "end pods in order, children first; their work stays on their branches").option(
    "--deadline <seconds>",
    "made to end after this long (default: 10)",
    parseSeconds,
  );
  add("kill", "end pods at once; what they had not committed stays in their worktrees");
}

async function end(
  context: CommandContext,
  method: Method,
  wanted: readonly string[],
  options: StopOptions,
): Promise<number> {
  const connected = await connectKnown(context);
  if (connected === null && options.all === true) return nothingRuns(context, method, options);
  if (connected === null) {
    throw new CommandFailure("there has never been a pod here", exitCodes.notFound);
  }
  const { coordinator, workspace } = connected;
  const own = ownPod(context, workspace);
  const all = options.all === true;
  if (all && own === null) await cancelRuns(coordinator);
  const known = (await coordinator.call("pod.list", { all: true })).pods;
  const selection = { wanted, tree: options.tree === true, all, own: own?.id ?? null };
  const chosen = selectPods(known, selection);
  const request = { coordinator, method, options };
  if (own !== null && method === "stop") {
    for (const { name } of chosen) {
      await callOwnTool(context, own.socket, { tool: "stop_pod", params: { name } });
    }
  }
  const ended = await endAll(request, chosen);
  if (all && own === null) {
    const more = await leaveNothing(coordinator, (pods) => endAll(request, pods));
    for (const pod of more) ended.set(pod.id, pod);
  }
  coordinator.close();
  return report(context, method, [...ended.values()], options);
}

interface EndRequest {
  readonly coordinator: Coordinator;
  readonly method: Method;
  readonly options: StopOptions;
}

/** The pods as they were when they had ended, or when patience did. */
async function endAll(
  { coordinator, method, options }: EndRequest,
  pods: readonly PodRecord[],
): Promise<Map<PodId, PodRecord>> {
  const deadlineMs = options.deadline === undefined ? orderlyEndMs : options.deadline * 1_000;
  for (const pod of pods) {
    if (pod.exit !== null) continue;
    if (method === "kill") await coordinator.call("pod.kill", { pod: pod.id });
    else await coordinator.call("pod.stop", { pod: pod.id, deadlineMs });
  }
  const patience = { deadlineMs: deadlineMs + slackMs };
  const ended = await Promise.all(
    pods.map(async (pod) => {
      const params = { pod: pod.id, until: "ended" } as const;
      const outcome = await coordinator.ask("pod.wait", params, patience);
      return outcome.ok ? outcome.value.pod : pod;
    }),
  );
  return new Map(ended.map((pod) => [pod.id, pod]));
}

/** A run that goes on would start the next of its pods. The same `pod run` continues it. */
async function cancelRuns(coordinator: Coordinator): Promise<void> {
  const { runs } = await coordinator.call("run.list", {});
  for (const { id, state } of runs) {
    if (state === "ended" || state === "cancelled") continue;
    await coordinator.call("run.cancel", { run: id, mode: "now" });
  }
}

async function nothingRuns(
  context: CommandContext,
  method: Method,
  options: StopOptions,
): Promise<number> {
  await openWorkspace(context);
  return report(context, method, [], options);
}

function report(
  { terminal }: CommandContext,
  method: Method,
  pods: readonly PodRecord[],
  options: StopOptions,
): number {
  const rows = pods.map(({ id, name, exit, process }) => {
    const still = process === null ? "still starting" : `still runs as pid ${process.pid}`;
    return { id, name, done: exit !== null, detail: exit === null ? still : exit.cause };
  });
  const answer: LifecycleJson = { version: 1, verb: method, pods: rows };
  if (options.json === true) terminal.json(answer);
  for (const { name, done, detail } of rows) {
    if (!done) terminal.say(`${name} ${detail}; end it now: pod kill ${name}`);
    else if (options.json !== true) terminal.print(`${name} ended (${detail})`);
  }
  if (rows.length === 0) terminal.say("nothing runs");
  else terminal.say("next: pod ps -a · pod diff POD · pod history POD");
  return rows.every((row) => row.done) ? exitCodes.done : exitCodes.failed;
}
