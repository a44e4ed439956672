/** `pod restart`: end a pod's process in order and start its next generation in the same place. */
import type { Command } from "commander";
import { exitCodeOf, exitCodes, type PodId, type PodRecord } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { type Coordinator, withCoordinator } from "../coordinator-client.ts";
import type { LifecycleJson } from "../json/answers-json.ts";
import { orderlyEndMs, selectPods } from "../lifecycle.ts";
import { parseSeconds } from "../options.ts";
import { verb } from "../verb.ts";

interface RestartOptions {
  readonly tree?: true;
  readonly all?: true;
  readonly deadline?: number;
  readonly json?: true;
}

interface Restarted {
  readonly id: PodId;
  readonly name: string;
  readonly done: boolean;
  readonly detail: string;
  readonly exitCode: number;
}

/** Beyond a pod's own deadline: the ladder to SIGKILL, and the start of the next process. */
const slackMs = 60_000;

export function addRestart(program: Command, context: CommandContext): void {
  program
    .command("restart")
    .description("end pods in order and start them again, with their work, scope and children")
    .argument("[pod...]", "names, unique prefixes of ids, or @last")
    .option("--tree", "also everything below them, children first")
    .option("--all", "every living pod")
    .option("--deadline <seconds>", "made to end after this long (default: 10)", parseSeconds)
    .option("--json", "one object")
    .action(
      verb(context, (pods: string[], options: RestartOptions) => restart(context, pods, options)),
    );
}

async function restart(
  context: CommandContext,
  wanted: readonly string[],
  options: RestartOptions,
): Promise<number> {
  const rows = await withCoordinator(context, async (coordinator) => {
    const known = (await coordinator.call("pod.list", { all: true })).pods;
    const [tree, all] = [options.tree === true, options.all === true];
    const chosen = selectPods(known, { wanted, tree, all, own: null });
    const living = tree || all ? chosen.filter((pod) => pod.exit === null) : chosen;
    return Promise.all(living.map((pod) => restartOne(coordinator, pod, options)));
  });
  return report(context, rows, options);
}

async function restartOne(
  coordinator: Coordinator,
  { id, name }: PodRecord,
  options: RestartOptions,
): Promise<Restarted> {
  const deadlineMs = options.deadline === undefined ? orderlyEndMs : options.deadline * 1_000;
  const asked = await coordinator.ask("pod.restart", { pod: id, deadlineMs });
  if (!asked.ok) {
    const { code, message } = asked.error;
    return { id, name, done: false, detail: message, exitCode: exitCodeOf[code] };
  }
  const patience = { deadlineMs: deadlineMs + slackMs };
  const ready = await coordinator.ask("pod.wait", { pod: id, until: "ready" }, patience);
  const pod = ready.ok ? ready.value.pod : null;
  if (pod === null || pod.exit !== null) {
    const detail = pod === null ? "is not ready yet" : `ended (${pod.exit?.cause ?? "lost"})`;
    return { id, name, done: false, detail, exitCode: exitCodes.failed };
  }
  const detail = `runs as generation ${pod.generation}`;
  return { id, name, done: true, detail, exitCode: exitCodes.done };
}

function report(
  { terminal }: CommandContext,
  results: readonly Restarted[],
  options: RestartOptions,
): number {
  const rows = results.map(({ id, name, done, detail }) => ({ id, name, done, detail }));
  const answer: LifecycleJson = { version: 1, verb: "restart", pods: rows };
  if (options.json === true) terminal.json(answer);
  for (const { name, done, detail } of rows) {
    if (!done) terminal.say(`${name}: ${detail}`);
    else if (options.json !== true) terminal.print(`${name} ${detail}`);
  }
  if (rows.length === 0) terminal.say("no pod to restart");
  else terminal.say("next: pod ps · pod history POD");
  return results.find((result) => !result.done)?.exitCode ?? exitCodes.done;
}
