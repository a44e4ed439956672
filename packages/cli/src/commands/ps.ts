/** `pod ps`: the pods that live, or all that are known. */
import type { Command } from "commander";
import { exitCodes, formatScopeRule, type PodRecord } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { connectRunning } from "../coordinator-client.ts";
import { gather } from "../options.ts";
import { renderDuration } from "../render/duration.ts";
import { renderPlain, renderTable } from "../render/table.ts";
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
  const connected = await connectRunning(context);
  const all = options.all === true;
  // No coordinator, no living pod: nothing is started just to be told so.
  const found =
    connected === null ? [] : (await connected.coordinator.call("pod.list", { all })).pods;
  const names = new Map(found.map((pod) => [pod.id as string, pod.name]));
  const pods = found.filter((pod) => matches(pod, names, options.filter ?? []));
  if (options.json === true)
    terminal.json({ version: 1, pods: pods.map((pod) => view(pod, names)) });
  else print(context, pods, names, options.tree === true);
  connected?.coordinator.close();
  return exitCodes.done;
}

function print(
  { terminal }: CommandContext,
  pods: readonly PodRecord[],
  names: ReadonlyMap<string, string>,
  tree: boolean,
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
  const nowMs = Date.now();
  const rows = lines.map(({ prefix, value }) => [
    `${prefix}${value.name}`,
    value.id,
    describeState(value),
    renderDuration(nowMs - value.changedAtMs),
    value.agent.driver,
    describeWait(value, names),
  ]);
  const header = ["NAME", "ID", "STATE", "AGE", "AGENT", "DETAIL"];
  const out = terminal.isTable
    ? renderTable(header, rows, terminal.columns)
    : renderPlain(header, rows);
  for (const line of out) terminal.print(line);
}

/** The shape that others rely on; instants are ISO 8601. */
export function view(pod: PodRecord, names: ReadonlyMap<string, string>) {
  const { id, name, path, generation, state, branch, worktree, task, turn, exit } = pod;
  const waiting =
    pod.waiting === null
      ? null
      : { reason: pod.waiting.reason, on: pod.waiting.on, since: iso(pod.waiting.sinceMs) };
  return {
    id,
    name,
    path,
    generation,
    state,
    waiting,
    parent: pod.parent,
    children: pod.children.map((child) => names.get(child) ?? child),
    agent: pod.agent.driver,
    pid: pod.process?.pid ?? null,
    branch,
    worktree,
    scope: pod.scope.map((rule) => formatScopeRule(rule)),
    task,
    turn,
    settled: pod.settled,
    startedAt: iso(pod.startedAtMs),
    changedAt: iso(pod.changedAtMs),
    exit: exit === null ? null : { code: exit.code, signal: exit.signal, cause: exit.cause },
    usage: pod.lastTurn?.result?.usage ?? null,
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
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
