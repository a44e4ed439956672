/** Bad input gets a clear error and loses nothing; a wrong plan starts no server. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonLines, ScratchWorkspace } from "./scratch-workspace.ts";

let workspace: ScratchWorkspace;

beforeAll(() => {
  workspace = new ScratchWorkspace({ "a.txt": "a\n" });
});

afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
});

const task = (id: string, more = "") => `  - { id: ${id}, agent: shell, task: "true"${more} }\n`;
const plan = (tasks: string, rest = "") => `version: 1\ntasks:\n${tasks}${rest}`;

const badPlans: readonly [what: string, content: string, line: number, said: string][] = [
  ["YAML that does not parse", "version: 1\ntasks: [\n", 3, ""],
  ["an unknown key", plan(task("a"), "colour: red\n"), 4, "unknown key colour"],
  ["an unknown key of a task", plan(task("a", ", colour: red")), 3, "unknown key colour"],
  ["no tasks", "version: 1\ntasks: []\n", 2, "tasks"],
  ["another version", `version: 2\ntasks:\n${task("a")}`, 1, "version must be 1"],
  [
    "a cycle",
    plan(task("a", ", depends_on: [b]") + task("b", ", depends_on: [a]")),
    3,
    "dependencies form a cycle: ",
  ],
  ["itself", plan(task("a", ", depends_on: [a]")), 3, "depends on itself"],
  ["nobody", plan(task("a", ", depends_on: [ghost]")), 3, "no task is called 'ghost'"],
  [
    "an unknown agent",
    plan(task("a")).replace("shell", "oracle"),
    3,
    "unknown agent 'oracle'; known: ",
  ],
  ["a script that is not there", plan(task("a")).replace("shell", "script:no.yaml"), 3, "no.yaml"],
  ["a base that is not there", plan(task("a"), "base: nowhere\n"), 4, "nowhere"],
  ["a second task of a name", plan(task("a") + task("a")), 4, "second task is called 'a'"],
  ["a name that is an option", plan(task("-x")), 3, "tasks.0.id"],
  ["a name that is a path", plan(task("../x")), 3, "tasks.0.id"],
  ["a name of 300 characters", plan(task("n".repeat(300))), 3, "tasks.0.id"],
  ["a name in other letters", plan(task("größe")), 3, "tasks.0.id"],
  ["a scope that leaves", plan(task("a", ", scope: [../b]")), 3, "tasks.0.scope.0"],
  ["an absolute scope", plan(task("a", ", scope: [/etc]")), 3, "tasks.0.scope.0"],
  ["a claim that is none", plan(task("a", ", claims: ['moon:x']")), 3, "tasks.0.claims.0"],
  ["threads", plan(task("a"), "config: { execution_mode: thread }\n"), 4, "unsupported"],
];

test.each(badPlans)(
  "a plan with %s is refused with its line",
  async (_what, content, line, said) => {
    const path = workspace.writeBeside("bad.yaml", content);
    const { code, stdout, stderr } = await workspace.pod(["run", path]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`bad.yaml:${line}:`);
    expect(stderr).toContain(said);
    expect(stderr).not.toContain("    at ");
    expect(workspace.processes()).toEqual([]);
  },
);

test.each(["-x", "../x", "n".repeat(300), "größe", "a/b", ""])(
  "pod spawn refuses the name %j",
  async (name) => {
    const ended = await workspace.pod(["spawn", "--wait", "--task", "t", "--", name]);
    void ended;
    const { code, stderr } = await workspace.pod(["spawn", name, "-d", "--agent", "shell"]);
    expect({ code, stack: stderr.includes("    at ") }).toEqual({ code: 2, stack: false });
  },
);

describe("a repository", () => {
  const run = (cwd: string) => workspace.pod(["run", "plan.yaml"], { cwd });
  const plain = plan(task("a"));

  test("that is none is said to be none", async () => {
    const folder = mkdtempSync(join(tmpdir(), "podlane-none-"));
    const { code, stderr } = await run(folder);
    rmSync(folder, { recursive: true });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/git repository/);
  });

  test("without a commit says what to do", async () => {
    const folder = workspace.beside("unborn");
    mkdirSync(folder);
    execFileSync("git", ["init", "-q", folder]);
    const path = workspace.writeBeside("plain.yaml", plain);
    const { code, stderr } = await workspace.pod(["run", path], { cwd: folder });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/commit/);
    expect(stderr).not.toContain("    at ");
  });

  test("that is shallow runs a plan", async () => {
    workspace.git("commit", "-q", "--allow-empty", "-m", "second");
    const folder = workspace.beside("shallow");
    const from = `file://${workspace.repository}`;
    execFileSync("git", ["clone", "-q", "--depth", "1", from, folder]);
    const path = workspace.writeBeside("plain.yaml", plain);
    await using shallow = workspace;
    const { code, stderr } = await shallow.pod(["run", path], { cwd: folder });
    expect(stderr).not.toContain("    at ");
    expect([0, 2]).toContain(code);
    expect(existsSync(folder)).toBe(true);
  });
});

test("a plan of two hundred tasks is checked whole", async () => {
  await using large = new ScratchWorkspace({});
  const tasks = Array.from({ length: 200 }, (_, n) => task(`t${n}`)).join("");
  const path = large.writeBeside("large.yaml", plan(tasks));
  const ended = await large.pod(["run", path, "--dry-run", "--json"]);
  expect(ended).toMatchObject({ code: 0 });
  expect(jsonLines(ended.stdout)).not.toEqual([]);
});
