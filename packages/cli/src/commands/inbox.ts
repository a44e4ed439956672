/** `pod inbox`: what a pod, or the operator, was told. */
import type { Command } from "commander";
import { exitCodes, shouldNotifyAgent } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { withCoordinator } from "../coordinator-client.ts";
import { usageFailure } from "../failure.ts";
import {
  historyItemJson,
  type HistoryJson,
  type OperatorInboxJson,
  podEventJson,
} from "../json/history-json.ts";
import { instant } from "../json/instant.ts";
import { dialRecord, findPod } from "../pod-client.ts";
import { readHistory } from "../pod-history.ts";
import { clockTime, eventLine, historyLines } from "../render/history-lines.ts";
import { verb } from "../verb.ts";

interface InboxOptions {
  readonly operator?: true;
  readonly json?: true;
}

const pageEntries = 500;

export function addInbox(program: Command, context: CommandContext): void {
  program
    .command("inbox")
    .description("show what a pod was told, and in which turn it was shown")
    .argument("[pod]", "its name, a unique prefix of its id, or @last")
    .option("--operator", "what top-level pods told you")
    .option("--json", "one object")
    .action(
      verb(context, (pod: string | undefined, options: InboxOptions) =>
        inbox(context, pod, options),
      ),
    );
}

function inbox(
  context: CommandContext,
  pod: string | undefined,
  options: InboxOptions,
): Promise<number> {
  if ((pod === undefined) === (options.operator !== true)) {
    throw usageFailure("name a pod, or give --operator for your own inbox");
  }
  const json = options.json === true;
  return pod === undefined ? showOperator(context, json) : showPod(context, pod, json);
}

function showOperator(context: CommandContext, json: boolean): Promise<number> {
  const { terminal } = context;
  return withCoordinator(context, async (coordinator) => {
    const entries: OperatorInboxJson["entries"] = [];
    for (let fromSeq = 0; ;) {
      const page = await coordinator.call("inbox.read", { fromSeq, limit: pageEntries });
      for (const { seq, at, event } of page.entries) {
        entries.push({ seq, at: instant(at), event: podEventJson(event) });
        // What only keeps registries right is in the JSON; a person is shown the agent lane.
        if (!json && shouldNotifyAgent(event))
          terminal.print(`${clockTime(at)} ${eventLine(event)}`);
        fromSeq = seq + 1;
      }
      if (page.entries.length < pageEntries) break;
    }
    if (json) terminal.json({ version: 1, entries } satisfies OperatorInboxJson);
    return exitCodes.done;
  });
}

async function showPod(context: CommandContext, wanted: string, json: boolean): Promise<number> {
  const { terminal } = context;
  const pod = await withCoordinator(context, (coordinator) => findPod(coordinator, wanted));
  const items = await readHistory(context, pod, { notificationsOnly: true });
  if (json) {
    terminal.json({ version: 1, items: items.map(historyItemJson) } satisfies HistoryJson);
    return exitCodes.done;
  }
  for (const line of items.flatMap(historyLines)) terminal.print(line);
  if (pod.exit !== null || pod.socket === null) return exitCodes.done;
  const client = await dialRecord(context, pod);
  const { buffered } = await client.call("get_status", {});
  client.close();
  if (buffered > 0) terminal.say(`${buffered} more wait for its next step`);
  return exitCodes.done;
}
