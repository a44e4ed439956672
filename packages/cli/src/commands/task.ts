/** `pod task` and `pod queue`: the work queue, read. What changes it is in the folder beside. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { exitCodes, type Task, TaskStatus } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { connectKnown, withCoordinator } from "../coordinator-client.ts";
import { taskJson, type OneTaskJson, type TasksJson } from "../json/task-json.ts";
import { readLogClock } from "../log-clock.ts";
import { gather, parseCount } from "../options.ts";
import { findTaskId } from "../queue-client.ts";
import { printRows } from "../render/table.ts";
import { taskHeader, taskLines, taskRow } from "../render/task-rows.ts";
import { verb } from "../verb.ts";
import { addCancel } from "./task/cancel.ts";
import { addSubmit } from "./task/submit.ts";
import { addWork } from "./task/work.ts";

interface ListOptions {
  readonly status?: readonly TaskStatus[];
  readonly type?: readonly string[];
  readonly limit?: number;
  readonly json?: true;
}

export function addTask(program: Command, context: CommandContext): void {
  const task = program.command("task").description("the work queue: submit, claim, complete tasks");
  addSubmit(task, context);
  task
    .command("list")
    .description("list tasks, newest first")
    .addOption(
      new Option("--status <status>", "only these; may be repeated")
        .choices(TaskStatus.options)
        .argParser(gatherStatus),
    )
    .option("--type <type>", "only these; may be repeated", gather)
    .option("--limit <n>", "at most so many (default 100)", parseCount)
    .option("--json", "one object")
    .action(verb(context, (options: ListOptions) => list(context, options, "newest")));
  task
    .command("show")
    .description("show one task with its attempts and result")
    .argument("<task>", "its id, or @last")
    .option("--json", "one object")
    .action(
      verb(context, (wanted: string, options: { readonly json?: true }) =>
        show(context, wanted, options.json === true),
      ),
    );
  addWork(task, context);
  addCancel(task, context);
  program
    .command("queue")
    .description("list what can be claimed, in the order in which it will be")
    .option("--type <type>", "only these; may be repeated", gather)
    .option("--limit <n>", "at most so many (default 100)", parseCount)
    .option("--json", "one object")
    .action(verb(context, (options: ListOptions) => list(context, options, "next")));
}

function gatherStatus(text: string, before: readonly TaskStatus[] = []): TaskStatus[] {
  const status = TaskStatus.safeParse(text);
  if (status.success) return [...before, status.data];
  throw new InvalidArgumentError(`expected one of ${TaskStatus.options.join(", ")}`);
}

async function list(
  context: CommandContext,
  { status, type, limit, json }: ListOptions,
  order: "newest" | "next",
): Promise<number> {
  const { terminal } = context;
  const connected = await connectKnown(context);
  const params = {
    order,
    limit,
    ...(status === undefined ? {} : { statuses: [...status] }),
    ...(type === undefined ? {} : { taskTypes: [...type] }),
  };
  const tasks: readonly Task[] =
    connected === null ? [] : (await connected.coordinator.call("task.list", params)).tasks;
  const nowMs = connected === null ? 0 : (await readLogClock(connected.coordinator))();
  connected?.coordinator.close();
  if (json === true) {
    terminal.json({ version: 1, tasks: tasks.map(taskJson) } satisfies TasksJson);
    return exitCodes.done;
  }
  printRows(
    terminal,
    taskHeader,
    tasks.map((task) => taskRow(task, nowMs)),
  );
  return exitCodes.done;
}

function show(context: CommandContext, wanted: string, json: boolean): Promise<number> {
  return withCoordinator(context, async (coordinator) => {
    const id = await findTaskId(coordinator, wanted);
    const { task } = await coordinator.call("task.get", { task: id });
    const { terminal } = context;
    if (json) terminal.json({ version: 1, task: taskJson(task) } satisfies OneTaskJson);
    else for (const line of taskLines(task)) terminal.print(line);
    return exitCodes.done;
  });
}
