/** `pod wait`: until pods have settled; ends with their outcome. */
import type { Command } from "commander";
import { exitCodes, maxDeadlineMs, type PodRecord } from "@podlane/protocol";
import { type CommandContext, openWorkspace, ownPod } from "../context.ts";
import { type Coordinator, withCoordinator } from "../coordinator-client.ts";
import { CommandFailure, expectOk } from "../failure.ts";
import type { WaitJson } from "../json/answers-json.ts";
import { parseSeconds } from "../options.ts";
import { callOwnTool, findPods } from "../pod-client.ts";
import { exitCodeOfPod } from "../pod-outcome.ts";
import { verb } from "../verb.ts";

interface WaitOptions {
  readonly any?: true;
  readonly timeout?: number;
  readonly json?: true;
}

export function addWait(program: Command, context: CommandContext): void {
  program
    .command("wait")
    .description("wait until pods have settled; exit with their outcome, 124 on timeout")
    .argument("<pod...>", "names, unique prefixes of ids, or @last")
    .option("--any", "until the first of them has")
    .option("--timeout <seconds>", "give up after this long", parseSeconds)
    .option("--json", "one object")
    .action(verb(context, (pods: string[], options: WaitOptions) => wait(context, pods, options)));
}

async function wait(
  context: CommandContext,
  wanted: readonly string[],
  options: WaitOptions,
): Promise<number> {
  const own = ownPod(context, await openWorkspace(context));
  if (own !== null) await waitAsPod(context, own.socket, wanted, options);
  return withCoordinator(context, async (coordinator) => {
    const pods = await findPods(coordinator, wanted);
    const settled = await waitFor(coordinator, pods, options);
    return report(context, { pods, settled, isAny: options.any === true, options });
  });
}

/** Gives up the pod's turn slot while it waits, and takes the results: they wake it no more. */
async function waitAsPod(
  context: CommandContext,
  socket: string,
  names: readonly string[],
  options: WaitOptions,
): Promise<void> {
  const params = {
    names,
    any: options.any === true,
    ...(options.timeout === undefined ? {} : { timeout_seconds: options.timeout }),
  };
  try {
    await callOwnTool(context, socket, { tool: "wait_pod", params });
  } catch (fault) {
    // What has settled by then is told below, with the exit code of a timeout.
    if (!(fault instanceof CommandFailure) || fault.refusal?.code !== "timeout") throw fault;
  }
}

type Settled = ReadonlyMap<string, PodRecord>;

async function waitFor(
  coordinator: Coordinator,
  pods: readonly PodRecord[],
  options: WaitOptions,
): Promise<Settled> {
  const settled = new Map<string, PodRecord>();
  const enough = new AbortController();
  const deadlineMs = Math.min((options.timeout ?? Infinity) * 1_000, maxDeadlineMs);
  const waits = pods.map(async ({ id }) => {
    const params = { pod: id, until: "settled" } as const;
    const { signal } = enough;
    const outcome = await coordinator.ask("pod.wait", params, { deadlineMs, signal });
    const isLate = !outcome.ok && ["timeout", "interrupted"].includes(outcome.error.code);
    if (isLate) return;
    settled.set(id, expectOk(outcome).pod);
    if (options.any === true) enough.abort();
  });
  await Promise.all(waits);
  return settled;
}

interface Waited {
  readonly pods: readonly PodRecord[];
  readonly settled: Settled;
  readonly isAny: boolean;
  readonly options: WaitOptions;
}

function report({ terminal }: CommandContext, waited: Waited): number {
  const { pods, settled, isAny, options } = waited;
  const timedOut = isAny ? settled.size === 0 : settled.size < pods.length;
  const rows = pods.map(({ id, name }) => {
    const pod = settled.get(id);
    if (pod === undefined) return { id, name, state: null, outcome: null, exitCode: null };
    return { id, name, state: pod.state, outcome: outcomeOf(pod), exitCode: exitCodeOfPod(pod) };
  });
  const answer: WaitJson = { version: 1, timedOut, pods: rows };
  if (options.json === true) terminal.json(answer);
  else {
    for (const { name, outcome } of rows) {
      if (outcome !== null) terminal.print(`${name} ${outcome}`);
      else if (!isAny) terminal.say(`${name} has not settled: pod why ${name}`);
    }
  }
  if (timedOut) return exitCodes.timedOut;
  return rows.find((row) => (row.exitCode ?? 0) !== 0)?.exitCode ?? exitCodes.done;
}

function outcomeOf(pod: PodRecord): string {
  if (pod.exit !== null && pod.state === "crashed") return pod.exit.cause;
  return pod.lastTurn?.outcome ?? pod.exit?.cause ?? "settled";
}
