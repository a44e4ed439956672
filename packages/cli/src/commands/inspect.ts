/** `pod inspect`: everything that the log knows of one pod. */
import type { Command } from "commander";
import { exitCodes } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { withCoordinator } from "../coordinator-client.ts";
import { inspectJson } from "../json/inspect-json.ts";
import { pickPod } from "../pod-client.ts";
import { verb } from "../verb.ts";

export function addInspect(program: Command, context: CommandContext): void {
  program
    .command("inspect")
    .description("show one pod's record as JSON")
    .argument("<pod>", "its name, a unique prefix of its id, or @last")
    .option("--json", "on one line")
    .action(
      verb(context, (pod: string, options: { readonly json?: true }) =>
        inspect(context, pod, options.json === true),
      ),
    );
}

function inspect(context: CommandContext, wanted: string, json: boolean): Promise<number> {
  return withCoordinator(context, async (coordinator) => {
    const { pods } = await coordinator.call("pod.list", { all: true });
    const names = new Map(pods.map((pod) => [pod.id as string, pod.name]));
    const answer = inspectJson(pickPod(pods, wanted), names);
    if (json) context.terminal.json(answer);
    else context.terminal.print(JSON.stringify(answer, null, 2));
    return exitCodes.done;
  });
}
