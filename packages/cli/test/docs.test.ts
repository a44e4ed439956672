/** What docs/cli.md names is there: each verb, each option of its row, each exit code. */
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { expect, test } from "vitest";
import { exitCodes } from "@podlane/protocol";
import type { CommandContext } from "../src/context.ts";
import { createProgram } from "../src/program.ts";

const page = readFileSync(new URL("../../../docs/cli.md", import.meta.url), "utf8");
const program = createProgram({} as CommandContext);

const rows = page
  .slice(0, page.indexOf("\n## "))
  .split("\n")
  .filter((line) => line.startsWith("| `"))
  .map((line) => [...(line.split(" | ")[0] ?? "").matchAll(/`([^`]+)`/g)].map(([, code]) => code));

/** The commands that a row names: `pod plan check PLAN`, or `resume` beside others. */
function commandsOf(row: readonly (string | undefined)[]): Command[] {
  const named = row.flatMap((code = "") => {
    const words = code.split(" ");
    if (words[0] === "pod") return [words.slice(1)];
    return /^[a-z]+$/.test(code) ? [words] : [];
  });
  return named.map((words) => findCommand(program, words));
}

function findCommand(above: Command, [first = "", ...rest]: readonly string[]): Command {
  const found = above.commands.find((command) => command.name() === first);
  if (found === undefined) throw new Error(`docs/cli.md names ${first}, which is no verb`);
  return found.commands.length === 0 ? found : findCommand(found, rest);
}

test("every verb and option of the table", () => {
  const all = rows.flatMap(commandsOf);
  expect(all).toHaveLength(new Set(all).size);
  expect(all.length).toBeGreaterThan(20);
  for (const row of rows) {
    const flags = commandsOf(row).flatMap(({ options }) =>
      options.flatMap(({ short, long }) => [short, long]),
    );
    const named = row.flatMap((code = "") => code.match(/(?<=^|[[ |])--?[a-z][a-z-]*/g) ?? []);
    const unknown = named.filter((option) => !flags.includes(option));
    expect({ row, unknown }).toEqual({ row, unknown: [] });
  }
});

test("every verb is in the table", () => {
  const told = new Set(rows.flatMap(commandsOf));
  const leaves = (command: Command): Command[] =>
    command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
  const missing = leaves(program).filter((command) => !told.has(command));
  expect(missing.map((command) => command.name())).toEqual([]);
});

test("every exit code", () => {
  const [, text = ""] = /## Exit codes\n([^]*?)\n## /.exec(page) ?? [];
  const numbers = [...text.matchAll(/\b\d+(?![\d+])/g)].map(([digits]) => Number(digits));
  expect(new Set(numbers)).toEqual(new Set(Object.values(exitCodes)));
});
