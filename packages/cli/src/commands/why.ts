/** `pod why`: what a pod or claim waits for, who is in the way, and what they are doing. */
import type { Command } from "commander";
import { ClaimId, exitCodes } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import { type Coordinator, withCoordinator } from "../coordinator-client.ts";
import type { WhyJson } from "../json/answers-json.ts";
import { findPod } from "../pod-client.ts";
import { oneLine } from "../render/table.ts";
import { verb } from "../verb.ts";

export function addWhy(program: Command, context: CommandContext): void {
  program
    .command("why")
    .description("explain what a pod or claim waits for")
    .argument("<pod-or-claim>", "a pod, or the id of a claim (pod locks)")
    .option("--json", "one object")
    .action(
      verb(context, (subject: string, options: { readonly json?: true }) =>
        why(context, subject, options.json === true),
      ),
    );
}

function why(context: CommandContext, subject: string, json: boolean): Promise<number> {
  const { terminal } = context;
  return withCoordinator(context, async (coordinator) => {
    const { lines } = await explain(coordinator, subject);
    if (json) terminal.json({ version: 1, lines } satisfies WhyJson);
    // The indent is ours; what a pod named itself is not.
    else for (const line of lines) terminal.print(/^ */.exec(line)?.[0] + oneLine(line));
    return exitCodes.done;
  });
}

async function explain(coordinator: Coordinator, subject: string): Promise<{ lines: string[] }> {
  const claim = ClaimId.safeParse(subject);
  if (claim.success) {
    const { claims } = await coordinator.call("claim.list", {});
    const known = claims.some((one) => one.id === claim.data);
    if (known) return coordinator.call("claim.why", { claim: claim.data });
  }
  const pod = await findPod(coordinator, subject);
  return coordinator.call("pod.why", { pod: pod.id });
}
