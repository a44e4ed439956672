/** `pod history`: what a pod was shown and did, in order. */
import type { Command } from "commander";
import { exitCodes } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { withCoordinator } from "../coordinator-client.ts";
import { historyItemJson, type HistoryJson } from "../json/history-json.ts";
import { findPod } from "../pod-client.ts";
import { readHistory } from "../pod-history.ts";
import { historyLines } from "../render/history-lines.ts";
import { verb } from "../verb.ts";

interface HistoryOptions {
  readonly notifications?: true;
  readonly json?: true;
}

export function addHistory(program: Command, context: CommandContext): void {
  program
    .command("history")
    .description("show a pod's session history, also of one that has ended")
    .argument("<pod>", "its name, a unique prefix of its id, or @last")
    .option("--notifications", "only what other pods and people told it")
    .option("--json", "one object")
    .action(
      verb(context, (pod: string, options: HistoryOptions) => history(context, pod, options)),
    );
}

async function history(
  context: CommandContext,
  wanted: string,
  options: HistoryOptions,
): Promise<number> {
  const { terminal } = context;
  const pod = await withCoordinator(context, (coordinator) => findPod(coordinator, wanted));
  const notificationsOnly = options.notifications === true;
  const items = await readHistory(context, pod, { notificationsOnly });
  const answer: HistoryJson = { version: 1, items: items.map(historyItemJson) };
  if (options.json === true) terminal.json(answer);
  else for (const line of items.flatMap(historyLines)) terminal.print(line);
  return exitCodes.done;
}
