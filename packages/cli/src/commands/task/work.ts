/** `pod task claim`, `renew` and `complete`: what a worker does. */
import type { Command } from "commander";
import { exitCodes, type Task } from "@podlane/protocol";
import type { CommandContext } from "../../context.ts";
import { usageFailure } from "../../failure.ts";
import {
  type ClaimedTaskJson,
  type RenewedJson,
  type TaskEndJson,
  taskJson,
} from "../../json/task-json.ts";
import { gather, parseCount, parseSeconds } from "../../options.ts";
import { findTaskId, parseObject, withSession } from "../../queue-client.ts";
import { taskLines } from "../../render/task-rows.ts";
import { verb } from "../../verb.ts";

interface ClaimOptions {
  readonly type?: readonly string[];
  readonly wait?: number;
  readonly lease?: number;
  readonly session?: string;
  readonly json?: true;
}

interface CompleteOptions {
  readonly result?: string;
  readonly failed?: string;
  readonly fence?: number;
  readonly session?: string;
  readonly json?: true;
}

interface RenewOptions {
  readonly session?: string;
  readonly json?: true;
}

const forSession = "in the name of this session (pod session register)";

export function addWork(task: Command, context: CommandContext): void {
  task
    .command("claim")
    .description("claim the first task that one may; exits 75 when there is none")
    .option("--type <type>", "only these; may be repeated", gather)
    .option("--wait <seconds>", "wait for one", parseSeconds)
    .option("--lease <seconds>", "how long it stays claimed (default 1800)", parseSeconds)
    .option("--session <id>", forSession)
    .option("--json", "one object")
    .action(verb(context, (options: ClaimOptions) => claim(context, options)));
  task
    .command("renew")
    .description("keep all claimed tasks for another lease")
    .option("--session <id>", forSession)
    .option("--json", "one object")
    .action(verb(context, (options: RenewOptions) => renew(context, options)));
  task
    .command("complete")
    .description("end a claimed task: done, or --failed")
    .argument("<task>", "its id, or @last")
    .option("--result <json>", "an object that its submitter gets")
    .option("--failed <message>", "it is not done, and why; that is final")
    .option("--fence <n>", "the token of the claim (default: the caller's own)", parseCount)
    .option("--session <id>", forSession)
    .option("--json", "one object")
    .action(
      verb(context, (wanted: string, options: CompleteOptions) =>
        complete(context, wanted, options),
      ),
    );
}

/** An answer comes at the latest this long after the wait. */
const answerPatienceMs = 10_000;

function claim(context: CommandContext, options: ClaimOptions): Promise<number> {
  return withSession(context, options.session, async (coordinator) => {
    const waitMs = Math.round((options.wait ?? 0) * 1_000);
    const params = {
      ...(options.type === undefined ? {} : { taskTypes: [...options.type] }),
      ...(options.lease === undefined ? {} : { leaseMs: Math.round(options.lease * 1_000) }),
      ...(waitMs === 0 ? {} : { wait: { deadlineMs: waitMs } }),
    };
    const deadlineMs = waitMs + answerPatienceMs;
    const answer = await coordinator.call("task.claim", params, { deadlineMs });
    const { task, fence, reason, unmet } = answer;
    const { terminal } = context;
    if (options.json === true) {
      const shown = task === null ? null : taskJson(task);
      const json: ClaimedTaskJson = { version: 1, task: shown, fence, reason, unmet };
      terminal.json(json);
    } else if (task !== null) printClaimed(context, task, fence);
    if (task !== null) return exitCodes.done;
    const lacks = unmet.map(({ task: id, requirement }) => `\n  ${id} needs ${requirement}`);
    terminal.say(`no task to claim: ${reason ?? "nothing"}${lacks.join("")}`);
    return exitCodes.busy;
  });
}

function printClaimed({ terminal }: CommandContext, task: Task, fence: number | null): void {
  for (const line of taskLines(task)) terminal.print(line);
  terminal.print(`fence     ${fence}`);
  terminal.say(`next: pod task complete ${task.id} --result '{}' · pod task renew`);
}

function renew(context: CommandContext, options: RenewOptions): Promise<number> {
  return withSession(context, options.session, async (coordinator) => {
    const { renewed } = await coordinator.call("task.renew", {});
    const { terminal } = context;
    if (options.json === true) terminal.json({ version: 1, renewed } satisfies RenewedJson);
    else terminal.print(`${renewed} renewed`);
    return exitCodes.done;
  });
}

function complete(
  context: CommandContext,
  wanted: string,
  { result, failed, fence, session, json }: CompleteOptions,
): Promise<number> {
  if (result !== undefined && failed !== undefined) {
    throw usageFailure("--result or --failed, not both");
  }
  const made = result === undefined ? {} : { result: parseObject("--result", result) };
  const ending =
    failed === undefined
      ? { success: true, ...made }
      : { success: false, error: { code: "failed" as const, message: failed } };
  return withSession(context, session, async (coordinator) => {
    const id = await findTaskId(coordinator, wanted);
    const params = { task: id, ...ending, ...(fence === undefined ? {} : { fence }) };
    const { status } = await coordinator.call("task.complete", params);
    const { terminal } = context;
    if (json === true) terminal.json({ version: 1, id, status } satisfies TaskEndJson);
    else terminal.print(`${id} ${status}`);
    return exitCodes.done;
  });
}
