/** `pod task submit`. */
import { type Command, Option } from "commander";
import {
  DependencyFailurePolicy,
  exitCodes,
  maxMessageBytes,
  type SubmitTask,
  type TaskId,
} from "@podlane/protocol";
import type { CommandContext } from "../../context.ts";
import { type Coordinator, withCoordinator } from "../../coordinator-client.ts";
import { usageFailure } from "../../failure.ts";
import { type OneTaskJson, taskJson } from "../../json/task-json.ts";
import { gather, parseCount, parsePriority, parseUntil, type Until } from "../../options.ts";
import { findTaskId, parseObject } from "../../queue-client.ts";
import { verb } from "../../verb.ts";

interface SubmitOptions {
  readonly type: string;
  readonly input?: string;
  readonly priority?: number;
  readonly dependsOn?: readonly string[];
  readonly onFailure?: DependencyFailurePolicy;
  readonly agentType?: readonly string[];
  readonly capability?: readonly string[];
  readonly deadline?: Until;
  readonly maxAttempts?: number;
  readonly key?: string;
  readonly json?: true;
}

export function addSubmit(task: Command, context: CommandContext): void {
  task
    .command("submit")
    .description("put a task in the queue")
    .argument("<description>", "what is to be done")
    .requiredOption("--type <type>", "what kind of task: workers choose by it")
    .option("--input <json>", "an object for whoever works on it")
    .option("--priority <n>", "1 to 10, 1 first (default 5)", parsePriority)
    .option("--depends-on <task>", "a task that comes first; may be repeated", gather)
    .addOption(
      new Option("--on-failure <policy>", "what becomes of it when one of them fails").choices(
        DependencyFailurePolicy.options,
      ),
    )
    .option("--agent-type <type>", "who may claim it; may be repeated", gather)
    .option("--capability <name>", "what its worker must be able to do; may be repeated", gather)
    .option(
      "--deadline <when>",
      "it fails unless done in 90s, 10m, 2h, 1d or by a date",
      parseUntil,
    )
    .option("--max-attempts <n>", "workers that may die of it (default 3)", parseCount)
    .option("--key <key>", "the same key again is the same task")
    .option("--json", "one object")
    .action(
      verb(context, (description: string, options: SubmitOptions) =>
        submit(context, description, options),
      ),
    );
}

function submit(
  context: CommandContext,
  description: string,
  options: SubmitOptions,
): Promise<number> {
  if (description.trim() === "") throw usageFailure("the description is empty");
  if (Buffer.byteLength(description) > maxMessageBytes) {
    throw usageFailure(
      `a description has at most ${maxMessageBytes} bytes; use --input, or a file`,
    );
  }
  return withCoordinator(context, async (coordinator) => {
    const params = await paramsOf(coordinator, description, options);
    const { task } = await coordinator.call("task.submit", params);
    const { terminal } = context;
    if (options.json === true) {
      terminal.json({ version: 1, task: taskJson(task) } satisfies OneTaskJson);
    } else terminal.print(`${task.id} ${task.status}`);
    terminal.say(`next: pod task show ${task.id} · pod queue · pod task cancel ${task.id}`);
    return exitCodes.done;
  });
}

type Params = Omit<SubmitTask, "inputData"> & Partial<Pick<SubmitTask, "inputData">>;

async function paramsOf(
  coordinator: Coordinator,
  description: string,
  options: SubmitOptions,
): Promise<Params> {
  const { input, key, deadline } = options;
  const dependsOn: TaskId[] = [];
  for (const wanted of options.dependsOn ?? []) {
    dependsOn.push(await findTaskId(coordinator, wanted));
  }
  return {
    taskType: options.type,
    description,
    ...(input === undefined ? {} : { inputData: parseObject("--input", input) }),
    priority: options.priority ?? 5,
    dependsOn,
    onDependencyFailure: options.onFailure ?? "cancel",
    agentRequirements: {
      agentTypes: [...(options.agentType ?? [])],
      capabilities: [...(options.capability ?? [])],
    },
    deadlineMs: deadline === undefined ? null : await deadlineOf(coordinator, deadline),
    maxAttempts: options.maxAttempts ?? 3,
    ...(key === undefined ? {} : { idempotencyKey: key }),
  };
}

/** A length of time counts from the log's own now, whatever this machine's clock says. */
async function deadlineOf(coordinator: Coordinator, until: Until): Promise<number> {
  if ("atMs" in until) return until.atMs;
  const { logTimeMs } = await coordinator.call("server.status", {});
  return logTimeMs + until.inMs;
}
