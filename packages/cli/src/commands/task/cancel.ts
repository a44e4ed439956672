/** `pod task cancel`. */
import type { Command } from "commander";
import { exitCodes } from "@podlane/protocol";
import type { CommandContext } from "../../context.ts";
import type { TaskEndJson } from "../../json/task-json.ts";
import { findTaskId, withSession } from "../../queue-client.ts";
import { verb } from "../../verb.ts";

interface CancelOptions {
  readonly reason?: string;
  readonly session?: string;
  readonly json?: true;
}

export function addCancel(task: Command, context: CommandContext): void {
  task
    .command("cancel")
    .description("end a task that is not needed any more, claimed or not")
    .argument("<task>", "its id, or @last")
    .option("--reason <text>", "for whoever works on it")
    .option("--session <id>", "in the name of this session (pod session register)")
    .option("--json", "one object")
    .action(
      verb(context, (wanted: string, options: CancelOptions) => cancel(context, wanted, options)),
    );
}

function cancel(
  context: CommandContext,
  wanted: string,
  { reason = "", session, json }: CancelOptions,
): Promise<number> {
  return withSession(context, session, async (coordinator) => {
    const id = await findTaskId(coordinator, wanted);
    const { status } = await coordinator.call("task.cancel", { task: id, reason });
    const { terminal } = context;
    if (json === true) terminal.json({ version: 1, id, status } satisfies TaskEndJson);
    else terminal.print(`${id} ${status}`);
    return exitCodes.done;
  });
}
