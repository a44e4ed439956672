/** `pod run`: the main job. Check the plan, submit it, watch it, report. */
import { Option, type Command } from "commander";
import type { MergeMode, PodRecord, RunId } from "@podlane/protocol";
import { exitCodes } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { connect, type Coordinator } from "../coordinator-client.ts";
import { CommandFailure } from "../failure.ts";
import { verb } from "../verb.ts";
import { openWorkspace } from "../context.ts";
import { type LoadedPlan, loadPlan } from "../plan/load-plan.ts";
import { printPlanCheck } from "../plan/print-check.ts";
import { exitCodeOfSignal, followRun } from "../run/follow.ts";
import { logEventJson } from "../json/log-event-json.ts";
import { readLogClock } from "../log-clock.ts";
import { createProgress, describeState } from "../run/progress.ts";
import { isRunOf, latestRunOf, nextRunOf } from "../run/run-id.ts";
import { exitCodeOfRun, printSummary, summaryJson } from "../run/summary.ts";
import { parseCount } from "../options.ts";
import { setCapacities } from "../unit-capacities.ts";

interface RunOptions {
  readonly detach?: true;
  readonly json?: true;
  readonly maxConcurrent?: number;
  readonly merge?: MergeMode;
  readonly agent?: string;
  readonly dryRun?: true;
  readonly new?: true;
}

export function addRun(program: Command, context: CommandContext): void {
  program
    .command("run")
    .description("run a plan: spawn its pods, schedule, wait, merge, report")
    .argument("<plan>", "the plan file (YAML)")
    .option("-d, --detach", "submit it and return; the run goes on without a terminal")
    .option("--json", "events while it runs, one a line, and last the summary")
    .option("--max-concurrent <n>", "turns at once, whatever the plan says", parseCount)
    .addOption(
      new Option("--merge <mode>", "what happens to finished branches").choices([
        "review",
        "auto",
        "none",
      ]),
    )
    .option("--agent <preset>", "use this agent for every task")
    .option("--dry-run", "check the plan and stop")
    .option("--new", "a new run, though this plan has run before or is running")
    .addHelpText(
      "after",
      "\nThe same command continues a run that was stopped or lost its terminal.",
    )
    .action(verb(context, (plan: string, options: RunOptions) => run(context, plan, options)));
}

async function run(context: CommandContext, path: string, options: RunOptions): Promise<number> {
  const { terminal } = context;
  const workspace = await openWorkspace(context);
  const loaded = await loadPlan(context, workspace, path, {
    ...(options.maxConcurrent === undefined ? {} : { maxConcurrent: options.maxConcurrent }),
    ...(options.merge === undefined ? {} : { mergeMode: options.merge }),
    ...(options.agent === undefined ? {} : { agent: options.agent }),
  });
  if (options.dryRun === true) {
    printPlanCheck(terminal, loaded.plan, options.json === true);
    return exitCodes.done;
  }
  const { coordinator } = await connect(context);
  const id = await chooseRun(coordinator, loaded, options.new === true);
  const nowMs = await readLogClock(coordinator);
  const progress = createProgress(terminal, nowMs());
  const fromSeq = (await coordinator.call("log.head", {})).seq + 1;
  await setCapacities(coordinator, loaded.capacities);
  await coordinator.call("run.submit", { id, plan: loaded.plan });
  if (options.detach === true) {
    if (options.json === true) terminal.json({ version: 1, run: id });
    else terminal.print(id);
    terminal.say(`follow it: pod run ${path} · pod ps --tree · pod events -f`);
    return exitCodes.done;
  }
  let shown: readonly PodRecord[] = [];
  const redraw = setInterval(
    () => terminal.live && options.json !== true && progress.update(shown, nowMs()),
    1_000,
  );
  const following = followRun({
    coordinator,
    run: id,
    fromSeq,
    onPods: (pods) => {
      shown = latestByPath(pods);
      if (options.json !== true) progress.update(shown, nowMs());
    },
    onEvent: (event) => {
      if (options.json === true) terminal.json({ type: "event", ...logEventJson(event) });
    },
    note: (text) => progress.note(text),
  });
  const result = await following.catch((fault: unknown) => {
    throw isGone(fault) ? serverGone(path) : fault;
  });
  clearInterval(redraw);
  progress.finish();
  coordinator.close();
  if (options.json === true) terminal.json(summaryJson(result));
  else printSummary(terminal, result);
  if (!result.interrupted) return exitCodeOfRun(result);
  const living = shown.filter((pod) => pod.exit === null);
  if (living.length > 0) {
    const list = living.map((pod) => `${pod.name} (${describeState(pod)})`).join(", ");
    terminal.say(`still here: ${list}; end them: pod stop --all`);
  }
  terminal.say(`stopped; to continue: pod run ${path}`);
  // A run that was stopped has no outcome yet.
  return exitCodeOfSignal(result.signal ?? "SIGINT");
}

function isGone(fault: unknown): boolean {
  return fault instanceof CommandFailure && fault.refusal?.code === "unavailable";
}

/** Its pods live on, and so does the run: on the log. */
function serverGone(path: string): CommandFailure {
  return new CommandFailure(
    `the coordinator has gone; the run goes on with the same command: pod run ${path}`,
    exitCodes.unreachable,
  );
}

/** A task's later attempt takes the place of an earlier one. */
function latestByPath(pods: readonly PodRecord[]): PodRecord[] {
  return [...new Map(pods.map((pod) => [pod.path, pod])).values()];
}

/** The same file with other content is another run: it must be asked for. */
async function chooseRun(
  coordinator: Coordinator,
  { path, content }: LoadedPlan,
  isNew: boolean,
): Promise<RunId> {
  const { runs } = await coordinator.call("run.list", {});
  const known = new Set(runs.map((one) => one.id));
  if (isNew) return nextRunOf(path, content, known);
  const open = runs.find(
    (one) => one.path === path && one.state !== "ended" && !isRunOf(path, content, one.id),
  );
  if (open === undefined) return latestRunOf(path, content, known);
  throw new CommandFailure(
    `${path} has changed since run ${open.id} was started, which has not ended; ` +
      "start the changed plan with --new, or put the plan back to continue that run",
    exitCodes.conflict,
  );
}
