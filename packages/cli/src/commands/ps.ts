/** `pod ps`: the pods that live, or all that are known. */
import type { Command } from "commander";
import { exitCodes, type PodRecord } from "@podlane/protocol";
import { type CommandContext, openWorkspace, ownPod } from "../context.ts";
import { connectKnown } from "../coordinator-client.ts";
import { isUnder } from "../lifecycle.ts";
import { readLogClock } from "../log-clock.ts";
import { gather } from "../options.ts";
import { renderDuration } from "../render/duration.ts";
import { podJson } from "../json/pod-json.ts";
import { printRows } from "../render/table.ts";
import { buildForest, treeLines } from "../render/tree.ts";
import { describeState, describeWait } from "../run/progress.ts";
import { usageFailure } from "../failure.ts";
import { verb } from "../verb.ts";

interface PsOptions {
  readonly all?: true;
  readonly tree?: true;
  readonly json?: true;
  readonly filter?: readonly string[];
}

export function addPs(program: Command, context: CommandContext): void {
  program
    .command("ps")
    .description("list pods")
    .option("-a, --all", "also pods that have ended")
    .option("--tree", "as a tree of parents and children")
    .option("--filter <key=value>", "only pods whose state, name, parent or run is this", gather)
    .option("--json", "one object")
    .action(verb(context, (options: PsOptions) => listPods(context, options)));
}

async function listPods(context: CommandContext, options: PsOptions): Promise<number> {
  const { terminal } = context;
  const connected = await connectKnown(context);
  const all = options.all === true;
  const found =
    connected === null ? [] : (await connected.coordinator.call("pod.list", { all })).pods;
  const names = new Map(found.map((pod) => [pod.id as string, pod.name]));
  const own = ownPod(context, await openWorkspace(context));
  const pods = found
    .filter((pod) => own === null || isUnder(found, pod, own.id))
    .filter((pod) => matches(pod, names, options.filter ?? []));
  if (options.json === true)
    terminal.json({ version: 1, pods: pods.map((pod) => podJson(pod, names)) });
  else {
    const nowMs = connected === null ? 0 : (await readLogClock(connected.coordinator))();
    print(context, pods, { names, tree: options.tree === true, nowMs });
  }
  connected?.coordinator.close();
  return exitCodes.done;
}

interface PrintOptions {
  readonly names: ReadonlyMap<string, string>;
  readonly tree: boolean;
  readonly nowMs: number;
}

function print(
  { terminal }: CommandContext,
  pods: readonly PodRecord[],
  { names, tree, nowMs }: PrintOptions,
): void {
  const lines = tree
    ? treeLines(
        buildForest(
          pods,
          (pod) => pod.id,
          (pod) => pod.parent,
        ),
      )
    : pods.map((value) => ({ prefix: "", value }));
  const rows = lines.map(({ prefix, value }) => [
    `${prefix}${value.name}`,
    value.id,
    describeState(value),
    renderDuration(nowMs - value.changedAtMs),
    value.agent.driver,
    describeWait(value, names),
  ]);
  const header = ["NAME", "ID", "STATE", "AGE", "AGENT", "DETAIL"];
  printRows(terminal, header, rows);
}

function matches(
  pod: PodRecord,
  names: ReadonlyMap<string, string>,
  filters: readonly string[],
): boolean {
  return filters.every((filter) => {
    const [key, value] = filter.split("=", 2);
    switch (key) {
      case "state":
        return pod.state === value;
      case "name":
        return pod.name === value;
      case "run":
        return pod.runId === value;
      case "parent":
        return pod.parent !== null && (pod.parent === value || names.get(pod.parent) === value);
      case undefined:
      default:
        throw usageFailure(`unknown filter '${filter}'; known: state=, name=, parent=, run=`);
    }
  });
}
