/** `pod pause` and `pod resume`: asked of each pod at its own socket. */
import type { Command } from "commander";
import { exitCodeOf, exitCodes, type PodRecord } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { withCoordinator } from "../coordinator-client.ts";
import type { LifecycleJson } from "../json/answers-json.ts";
import { selectPods } from "../lifecycle.ts";
import { dialPod } from "../pod-client.ts";
import { verb } from "../verb.ts";

type Method = "pause" | "resume";

/** A command that runs is not held in its middle: until then the pod is still running. */
const doneDetail: Readonly<Record<Method, string>> = {
  pause: "pauses at its next safe point",
  resume: "goes on",
};

interface PauseOptions {
  readonly tree?: true;
  readonly all?: true;
  readonly json?: true;
}

export function addPause(program: Command, context: CommandContext): void {
  const add = (method: Method, description: string) =>
    program
      .command(method)
      .description(description)
      .argument("[pod...]", "names, unique prefixes of ids, or @last")
      .option("--tree", "also everything below them")
      .option("--all", "every living pod it applies to")
      .option("--json", "one object")
      .action(
        verb(context, (pods: string[], options: PauseOptions) =>
          apply(context, method, pods, options),
        ),
      );
  add("pause", "hold running pods at their next safe point");
  add("resume", "let paused pods go on");
}

interface Applied {
  readonly pod: PodRecord;
  readonly done: boolean;
  readonly detail: string;
  readonly exitCode: number;
}

async function apply(
  context: CommandContext,
  method: Method,
  wanted: readonly string[],
  options: PauseOptions,
): Promise<number> {
  const { terminal } = context;
  const tree = options.tree === true;
  const all = options.all === true;
  const pods = await withCoordinator(context, async (coordinator) => {
    const known = (await coordinator.call("pod.list", { all: true })).pods;
    const chosen = selectPods(known, { wanted, tree, all, own: null });
    // Of a whole tree only those it applies to; who names a pod is told why it does not.
    const state = method === "pause" ? "running" : "paused";
    return tree || all ? chosen.filter((pod) => pod.state === state) : chosen;
  });
  const results = await Promise.all(pods.map((pod) => applyTo(context, method, pod)));
  const rows = results.map(({ pod, done, detail }) => ({
    id: pod.id,
    name: pod.name,
    done,
    detail,
  }));
  const answer: LifecycleJson = { version: 1, verb: method, pods: rows };
  if (options.json === true) terminal.json(answer);
  for (const { name, done, detail } of rows) {
    if (!done) terminal.say(`${name}: ${detail}`);
    else if (options.json !== true) terminal.print(`${name} ${detail}`);
  }
  if (rows.length === 0) terminal.say(`no pod to ${method}`);
  else if (rows.some((row) => row.done))
    terminal.say(method === "pause" ? "next: pod resume POD" : "next: pod ps · pod wait POD");
  return results.find((result) => !result.done)?.exitCode ?? exitCodes.done;
}

async function applyTo(context: CommandContext, method: Method, pod: PodRecord): Promise<Applied> {
  if (pod.socket === null || pod.exit !== null) {
    return { pod, done: false, detail: `is ${pod.state}`, exitCode: exitCodes.conflict };
  }
  const client = await dialPod(context, pod.socket);
  const outcome = await client.ask(method, {});
  client.close();
  if (outcome.ok) {
    return { pod, done: true, detail: doneDetail[method], exitCode: exitCodes.done };
  }
  const { code, message } = outcome.error;
  return { pod, done: false, detail: message, exitCode: exitCodeOf[code] };
}
