/** The help of every verb, as one file: a change of what a person can type shows in review. */
import type { Command } from "commander";
import { expect, test } from "vitest";
import type { CommandContext } from "../src/context.ts";
import { createProgram } from "../src/program.ts";

test("help is as in golden/help.txt", async () => {
  // Help needs no surroundings: no verb runs.
  const pages = helpPages(createProgram({} as CommandContext), []);
  await expect(pages.join("\n\n")).toMatchFileSnapshot("golden/help.txt");
});

function helpPages(command: Command, above: readonly string[]): string[] {
  const path = [...above, command.name()];
  let page = "";
  command.configureOutput({
    getOutHelpWidth: () => 80,
    getOutHasColors: () => false,
    writeOut: (text) => (page += text),
  });
  command.outputHelp();
  return [
    `# ${path.join(" ")}\n\n${page.trimEnd()}`,
    ...command.commands.flatMap((below) => helpPages(below, path)),
  ];
}
