/** `pod merge`: land the branch of a pod, or every branch of a run that is ready. */
import { Option, type Command } from "commander";
import {
  exitCodes,
  maxDeadlineMs,
  type MergeMethod,
  type MergeView,
  type PodId,
  type RunView,
} from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { type Coordinator, withCoordinator } from "../coordinator-client.ts";
import { CommandFailure } from "../failure.ts";
import type { MergeJson } from "../json/answers-json.ts";
import { pickPod } from "../pod-client.ts";
import { describeProblem } from "../render/merge-problem.ts";
import { verb } from "../verb.ts";

interface MergeOptions {
  readonly method?: MergeMethod;
  readonly json?: true;
}

export function addMerge(program: Command, context: CommandContext): void {
  program
    .command("merge")
    .description("land a pod's branch, or all of a run's that are ready, behind their gates")
    .argument("<pod-or-run>", "a pod, or the id of a run or a unique prefix of it")
    .addOption(
      new Option("--method <method>", "how it lands").choices(["merge", "squash", "rebase", "ff"]),
    )
    .option("--json", "one object")
    .action(
      verb(context, (subject: string, options: MergeOptions) => merge(context, subject, options)),
    );
}

function merge(context: CommandContext, subject: string, options: MergeOptions): Promise<number> {
  return withCoordinator(context, async (coordinator) => {
    const pods = await podsToMerge(coordinator, subject);
    const method = options.method === undefined ? {} : { method: options.method };
    const merges: MergeView[] = [];
    for (const pod of pods) {
      const { merge: view } = await coordinator.call("merge.approve", { pod, ...method });
      merges.push(await landed(coordinator, view));
    }
    return report(context, merges, options.json === true);
  });
}

async function landed(coordinator: Coordinator, { id }: MergeView): Promise<MergeView> {
  const patience = { deadlineMs: maxDeadlineMs };
  // A branch that is ready waits for an approval; ours is given, so what follows is its landing.
  const { merge: view } = await coordinator.call("merge.wait", { merge: id }, patience);
  return view;
}

async function podsToMerge(coordinator: Coordinator, subject: string): Promise<PodId[]> {
  const { runs } = await coordinator.call("run.list", {});
  const run = pickRun(runs, subject);
  if (run !== null) {
    const { merges } = await coordinator.call("merge.list", { run: run.id });
    const ready = merges.filter(({ state }) => state === "ready");
    return ready
      .toSorted((a, b) => a.priority - b.priority || a.queuedAtMs - b.queuedAtMs)
      .map(({ pod }) => pod);
  }
  const { pods } = await coordinator.call("pod.list", { all: true });
  return [pickPod(pods, subject).id];
}

function pickRun(runs: readonly RunView[], subject: string): RunView | null {
  if (!/^r[a-z0-9]{3,}$/.test(subject)) return null;
  const [run, ...others] = runs.filter(({ id }) => id.startsWith(subject));
  if (others.length === 0) return run ?? null;
  const ids = [run, ...others].map((one) => one?.id).join(", ");
  throw new CommandFailure(`'${subject}' could be ${ids}`, exitCodes.usage);
}

function report({ terminal }: CommandContext, merges: readonly MergeView[], json: boolean): number {
  const rows = merges.map(({ id, podName, branch, base, state, problem, landed: result }) => {
    return { id, pod: podName, branch, base, state, problem, landed: result };
  });
  if (json) terminal.json({ version: 1, merges: rows } satisfies MergeJson);
  else merges.forEach((view) => printMerge(terminal, view));
  if (merges.length === 0) terminal.say("no branch is ready to land (pod run says what waits)");
  for (const { landed: result } of merges) {
    if (result?.finish) terminal.say(`base has uncommitted work; to finish: ${result.finish}`);
  }
  const problem = merges.find((view) => view.problem !== null)?.problem;
  if (problem)
    return problem.kind === "not_possible" ? exitCodes.conflict : exitCodes.mergeConflict;
  return merges.every(({ state }) => state === "merged") ? exitCodes.done : exitCodes.failed;
}

function printMerge(terminal: CommandContext["terminal"], view: MergeView): void {
  const { podName, state, landed: result } = view;
  if (result === null) terminal.print(`${podName} ${state}`);
  else {
    const how = result.baseMoved ? "merged into" : "set aside on";
    terminal.print(`${podName} ${how} ${result.branch} as ${result.commit.slice(0, 12)}`);
  }
  for (const line of describeProblem(view)) terminal.say(line);
}
