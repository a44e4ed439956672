/** The five minutes of the README, line by line as they stand there. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../tidy/repository.ts";
import { ScratchWorkspace } from "./scratch-workspace.ts";

const [, tour = ""] = /## Five minutes\n[^]*?```sh\n([^]*?)```/.exec(
  readFileSync(`${root}README.md`, "utf8"),
) ?? ["", ""];
const lines = tour.split("\n").filter((line) => line.trim() !== "");

test("every line of the tour works, and does what is said beside it", async () => {
  await using workspace = new ScratchWorkspace({ "README.md": "a repository of yours\n" });
  const env = {
    PATH: [join(root, "node_modules/.bin"), process.env["PATH"]].join(delimiter),
    HOME: workspace.beside("."),
    POD_HOME: workspace.home,
  };
  const answers = lines.map((line) => {
    const options = { cwd: workspace.repository, env, encoding: "utf8" } as const;
    const { status, stdout, stderr } = spawnSync("sh", ["-ec", line], options);
    expect({ line, status, stderr: status === 0 ? "" : stderr }).toMatchObject({ status: 0 });
    return stdout;
  });
  expect(lines.length).toBeGreaterThan(5);
  const said = (pattern: RegExp) => answers.some((answer) => pattern.test(answer));
  expect(said(/state lives in /)).toBe(true);
  expect(said(/^hello\t/m)).toBe(true);
  expect(said(/turn ends: finished/)).toBe(true);
  expect(said(/^\+hello$/m)).toBe(true);
  expect(said(/hello merged into main/)).toBe(true);
  expect(said(/"kind":"merge.merged"/)).toBe(true);
  expect(answers.at(-1)).not.toContain("problem");
  expect(workspace.read("hello.txt")).toBe("hello\n");
  expect(workspace.processes()).toEqual([]);
});
