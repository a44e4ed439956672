/** Plans that are wrong: each problem with its line, and nothing of the plan taken. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openWorkspace, type CommandContext } from "../../src/context.ts";
import { CommandFailure } from "../../src/failure.ts";
import { loadPlan } from "../../src/plan/load-plan.ts";
import { createTerminal } from "../../src/terminal.ts";

const environment = { GIT_CONFIG_NOSYSTEM: "1", PATH: process.env["PATH"] ?? "" };
const identity = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"];
let folder = "";
let context: CommandContext;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pod-plan-"));
  const git = (...args: string[]) =>
    execFileSync("git", [...identity, ...args], { cwd: folder, env: environment });
  git("init", "--quiet", "--initial-branch=main");
  git("commit", "--quiet", "--allow-empty", "--message=start");
  writeFileSync(join(folder, "good.yaml"), "on_run:\n  - say: hello\n");
  writeFileSync(join(folder, "bad.yaml"), "on_run:\n  - no_such_tool: {}\n");
  const { stdout, stderr } = process;
  context = {
    terminal: createTerminal({ stdout, stderr, environment }),
    cwd: folder,
    environment: { POD_HOME: join(folder, "home"), HOME: folder },
    programs: { pod: [], serve: [], podRuntime: [], scriptEntry: "", nodeFlags: [] },
  };
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function load(text: string) {
  writeFileSync(join(folder, "plan.yaml"), text);
  return loadPlan(context, await openWorkspace(context), "plan.yaml", {});
}

async function problemsOf(text: string): Promise<string[]> {
  try {
    await load(text);
  } catch (fault) {
    if (!(fault instanceof CommandFailure)) throw fault;
    if (fault.exitCode !== 2) throw fault;
    return fault.message.split("\n");
  }
  throw new Error("the plan was taken");
}

/** A plan of one task, with more keys for the task or the plan. */
const plan = (task: string, more = "") =>
  `version: 1\ntasks:\n  - id: one\n    agent: shell\n    task: "true"\n${task}${more}`;

const named = (id: string) => `version: 1\ntasks:\n  - id: ${id}\n    agent: shell\n    task: x\n`;

interface Case {
  readonly what: string;
  readonly plan: string;
  /** Each problem's line in the file, and what it says. */
  readonly problems: readonly (readonly [line: number, says: RegExp])[];
}

const cases: readonly Case[] = [
  { what: "no YAML", plan: "version: 1\ntasks: [", problems: [[2, /flow/i]] },
  { what: "nothing at all", plan: "", problems: [[1, /object/i]] },
  { what: "a tab as indent", plan: "version: 1\ntasks:\n\t- id: x\n", problems: [[3, /tab/i]] },
  { what: "a key that comes twice", plan: "version: 1\nversion: 1\n", problems: [[2, /unique/i]] },
  { what: "another version", plan: plan("").replace("1", "2"), problems: [[1, /must be 1/]] },
  { what: "no tasks", plan: "version: 1\ntasks: []\n", problems: [[2, /tasks/]] },
  { what: "an unknown key", plan: plan("", "turbo: yes\n"), problems: [[6, /unknown key turbo/]] },
  {
    what: "an unknown key of a task",
    plan: plan("    depend_on: [a]\n"),
    problems: [[6, /unknown key depend_on/]],
  },
  {
    what: "a task that needs itself",
    plan: plan("    depends_on: [one]\n"),
    problems: [[6, /depends on itself/]],
  },
  {
    what: "a dependency that is not there",
    plan: plan("    depends_on: [two]\n"),
    problems: [[6, /no task is called 'two'/]],
  },
  {
    what: "a cycle, named",
    plan:
      "version: 1\ntasks:\n" +
      "  - { id: a, agent: shell, task: x, depends_on: [c] }\n" +
      "  - { id: b, agent: shell, task: x, depends_on: [a] }\n" +
      "  - { id: c, agent: shell, task: x, depends_on: [b] }\n",
    problems: [[3, /cycle: a → c → b → a/]],
  },
  {
    what: "two tasks of one name",
    plan: `${plan("")}  - id: one\n    agent: shell\n    task: x\n`,
    problems: [[6, /second task is called 'one'/]],
  },
  { what: "a name like an option", plan: named("-x"), problems: [[3, /starts with a letter/]] },
  { what: "a name that climbs", plan: named("../x"), problems: [[3, /a name is letters/]] },
  { what: "a name of 300 letters", plan: named("n".repeat(300)), problems: [[3, /tasks.0.id/]] },
  { what: "a name beyond ASCII", plan: named("schön"), problems: [[3, /a name is letters/]] },
  { what: "a name git refuses", plan: named("a.lock"), problems: [[3, /\.lock/]] },
  {
    what: "an agent nobody knows",
    plan: plan("").replace("shell", "shel"),
    problems: [[4, /unknown agent 'shel'; known: .*shell/]],
  },
  {
    what: "an agent without an engine",
    plan: plan("").replace("shell", "claude"),
    problems: [[4, /acp driver, which does not exist yet/]],
  },
  {
    what: "a script that is not there",
    plan: plan("").replace("shell", "script:none.yaml"),
    problems: [[4, /cannot read the script .*none\.yaml: ENOENT/]],
  },
  {
    what: "a script that is wrong",
    plan: plan("").replace("shell", "script:bad.yaml"),
    problems: [[4, /bad\.yaml.*no_such_tool/]],
  },
  { what: "no such base", plan: plan("", "base: nope\n"), problems: [[6, /no branch.*"nope"/]] },
  {
    what: "a scope outside",
    plan: plan("    scope: [../x]\n"),
    problems: [[6, /\.\.\/x|outside/]],
  },
  { what: "a scope in .git", plan: plan("    scope: [.git]\n"), problems: [[6, /\.git/]] },
  { what: "an absolute scope", plan: plan("    scope: [/etc]\n"), problems: [[6, /etc/]] },
  { what: "a claim of no kind", plan: plan("    claims: [nope:x]\n"), problems: [[6, /nope/]] },
  {
    what: "threads",
    plan: plan("", "config: { execution_mode: thread }\n"),
    problems: [[6, /unsupported: a pod is a process/]],
  },
  {
    what: "a sandbox, which is not there yet",
    plan: plan("", "sandbox: required\n"),
    problems: [[6, /unsupported: there is no sandbox yet/]],
  },
  {
    what: "limits that nothing enforces",
    plan: plan("    limits: { memory_mb: 5 }\n"),
    problems: [[6, /unsupported: not enforced/]],
  },
  {
    what: "a setting of the server's",
    plan: plan("", "config: { sessions: { dead_after_seconds: 60 } }\n"),
    problems: [[6, /unsupported: the server's: it belongs in pod\.yaml/]],
  },
  {
    what: "a restart policy of no kind",
    plan: plan("    restart: always\n"),
    problems: [[6, /restart is 'never' or 'on-failure:N'/]],
  },
  {
    what: "a priority for nobody",
    plan: plan("", "merge: { priority: { two: 1 } }\n"),
    problems: [[6, /no task is called 'two'/]],
  },
];

describe("a wrong plan is refused with its lines", () => {
  test.each(cases)("$what", async ({ plan: text, problems }) => {
    const found = await problemsOf(text);
    expect(found).toHaveLength(problems.length);
    problems.forEach(([line, says], index) => {
      expect(found[index]).toMatch(new RegExp(`^plan\\.yaml:${line}:\\d+: `));
      expect(found[index]).toMatch(says);
    });
  });
});

test("every problem is told at once, in the order of the file", async () => {
  const text = plan("    scope: [../x]\n    depends_on: [two]\n", "sandbox: required\n");
  const lines = (await problemsOf(text)).map((problem) => problem.split(":")[1]);
  expect(lines).toEqual(["6", "7", "8"]);
});

test("a plan that is not there is not found", async () => {
  const workspace = await openWorkspace(context);
  const loading = loadPlan(context, workspace, "none.yaml", {});
  await expect(loading).rejects.toMatchObject({ exitCode: 3 });
});

test("a good plan is resolved whole: agent, scope, base and defaults", async () => {
  const text = plan("    scope: [src]\n", "merge: { mode: auto, gate: npm test }\n");
  const { plan: loaded } = await load(text.replace("shell", "script:good.yaml"));
  const [task] = loaded.tasks;
  expect(loaded.base.branch).toBe("main");
  expect(task?.spec.agent).toMatchObject({ driver: "script", path: "good.yaml" });
  expect(task?.spec.scope).toMatchObject([{ target: "src", permission: "write" }]);
  expect(task?.spec.merge).toMatchObject({ mode: "auto", gate: "npm test", priority: 5 });
  expect(task?.spec.restart).toEqual({ maxRestarts: 3 });
});

test("a task's restart policy stands before the plan's, and that before the default", async () => {
  const text = plan("    restart: never\n  - id: two\n    agent: shell\n    task: x\n");
  const { plan: loaded } = await load(`${text}config: { restart: on-failure:7 }\n`);
  expect(loaded.tasks.map((task) => task.spec.restart.maxRestarts)).toEqual([0, 7]);
});

test("the cap of an agent's turns goes with every task that it serves", async () => {
  const agents = "agents: { fixer: { driver: shell, command: [x], max_concurrent: 2 } }\n";
  const text = plan("  - id: two\n    agent: fixer\n    task: x\n", agents);
  const { plan: loaded } = await load(text);
  expect(loaded.tasks.map(({ spec }) => spec.agentCap)).toEqual([
    undefined,
    { agent: "fixer", maxConcurrent: 2 },
  ]);
});

test("a file of expanding aliases ends in an error, not in memory", async () => {
  const levels = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
  for (const [from, to] of ["ab", "bc", "cd", "de", "ef"].map((pair) => pair.split(""))) {
    levels.push(`${to}: &${to} [${Array(10).fill(`*${from}`).join(", ")}]`);
  }
  await expect(problemsOf(levels.join("\n"))).resolves.toBeDefined();
});
