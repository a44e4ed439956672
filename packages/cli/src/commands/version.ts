/** `pod version`. */
import type { Command } from "commander";
import { exitCodes, protocolVersion } from "@podlane/protocol";
import type { CommandContext } from "../context.ts";
import type { VersionJson } from "../json/upkeep-json.ts";
import { verb } from "../verb.ts";
import { packageVersion } from "../version.ts";

export function addVersion(program: Command, context: CommandContext): void {
  program
    .command("version")
    .description("show the versions of Podlane, its protocol and Node")
    .option("--json", "one object")
    .action(
      verb(context, (options: { readonly json?: true }) => {
        const node = process.versions.node;
        const answer: VersionJson = {
          version: 1,
          podlane: packageVersion,
          node,
          protocol: protocolVersion,
        };
        if (options.json === true) context.terminal.json(answer);
        else {
          const rest = `protocol ${protocolVersion}, Node ${node}`;
          context.terminal.print(`podlane ${packageVersion} (${rest})`);
        }
        return exitCodes.done;
      }),
    );
}
