/** `pod run` as a person uses it: to its end, interrupted, and with a plan that is wrong. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { SummaryJson } from "../../packages/cli/src/json/summary-json.ts";
import { ScratchWorkspace } from "./scratch-workspace.ts";
import { verifies } from "../requirements.ts";

const files = { "src/a.txt": "a\n" };

const twoTasks = `
version: 1
tasks:
  - { id: one, agent: shell, task: "echo 1 > src/one.txt; echo printed", scope: [src] }
  - id: two
    agent: shell
    task: "cat src/one.txt > two.txt"
    scope: [two.txt]
    depends_on: [one]
merge: { mode: auto }
`;

test(
  verifies("R108", "R110") + "a plan runs to its end: the work of every task is on base",
  async () => {
    await using workspace = new ScratchWorkspace({ ...files, "plan.yaml": twoTasks });
    const answer = await workspace.pod(["run", "plan.yaml"]);
    expect(answer).toHaveProperty("code", 0);
    expect(answer.stdout).toMatch(/one +done .*merged into main/);
    expect(readFileSync(join(workspace.repository, "two.txt"), "utf8")).toBe("1\n");
    const again = await workspace.pod(["run", "plan.yaml"]);
    expect(again.code).toBe(0);
  },
);

test("with --json: the log's events, and last the summary", async () => {
  await using workspace = new ScratchWorkspace({ ...files, "plan.yaml": twoTasks });
  const answer = await workspace.pod(["run", "plan.yaml", "--json"]);
  const lines = answer.stdout.trim().split("\n");
  const last = SummaryJson.parse(JSON.parse(lines.at(-1) ?? ""));
  expect(last.outcome).toBe("done");
  expect(last.tasks.map((task) => task.merged)).toEqual([true, true]);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ type: "event", kind: "run.submitted" });
});

test(
  verifies("R156", "R162") +
    "branches that conflict: exit 8 with files and branches, nothing half-merged",
  async () => {
    const plan = `
version: 1
tasks:
  - { id: one, agent: shell, task: "echo 1 > src/a.txt", scope: [src] }
  - { id: two, agent: shell, task: "echo 2 > src/a.txt", scope: [src] }
config: { claims: { mode: advisory } }
merge: { mode: auto }
`;
    await using workspace = new ScratchWorkspace({ ...files, "plan.yaml": plan });
    const answer = await workspace.pod(["run", "plan.yaml"]);
    expect(answer).toHaveProperty("code", 8);
    expect(answer.stdout).toMatch(/conflict: (one|two): agent\/(one|two)\/\w+ against main/);
    expect(answer.stdout).toContain("src/a.txt");
    expect(workspace.git("status", "--porcelain")).toBe("");
  },
);

test.each([
  { config: "", worktrees: 1, branches: 0 },
  { config: "config: { cleanup_on_complete: false }\n", worktrees: 3, branches: 2 },
])(
  verifies("R149") + "$worktrees worktrees are left of a plan with '$config', and its changes show",
  async ({ config, worktrees, branches }) => {
    await using workspace = new ScratchWorkspace({ ...files, "plan.yaml": twoTasks + config });
    expect(await workspace.pod(["run", "plan.yaml"])).toHaveProperty("code", 0);
    expect(await workspace.pod(["stop", "--all"])).toHaveProperty("code", 0);
    expect(workspace.git("worktree", "list").split("\n")).toHaveLength(worktrees);
    const left = workspace.git("branch", "--list", "agent/*", "--format=%(refname)");
    expect(left.split("\n").filter((name) => name !== "")).toHaveLength(branches);
    const diff = await workspace.pod(["diff", "one"]);
    expect(diff.stdout).toContain("+++ b/src/one.txt");
  },
);

test("a red gate: exit 8 with the end of its output", async () => {
  const plan = `
version: 1
tasks: [{ id: one, agent: shell, task: "echo 1 > src/b.txt", scope: [src] }]
merge: { mode: auto, gate: "echo the gate says no; exit 3" }
`;
  await using workspace = new ScratchWorkspace({ ...files, "plan.yaml": plan });
  const answer = await workspace.pod(["run", "plan.yaml"]);
  expect(answer.code).toBe(8);
  expect(answer.stdout).toContain("the gate says no");
  expect(existsSync(join(workspace.repository, "src/b.txt"))).toBe(false);
});

/** The first task goes on as long as the file `go` is missing. */
const slowPlan = (go: string) => `
version: 1
config: { max_concurrent_agents: 1 }
tasks:
  - id: slow
    agent: shell
    task: "until [ -e ${go} ]; do sleep 0.05; done; echo 1 > src/s"
    scope: [src]
  - { id: later, agent: shell, task: "echo 2 > later.txt", scope: [later.txt], depends_on: [slow] }
`;

test("Ctrl-C once drains, and the same command continues and finishes", async () => {
  await using workspace = new ScratchWorkspace(files);
  const go = workspace.beside("go");
  workspace.write({ "plan.yaml": slowPlan(go) });
  const first = workspace.start(["run", "plan.yaml"]);
  await first.printed(/slow +running/);
  first.kill("SIGINT");
  await first.printed(/turns that run may finish/);
  workspace.writeBeside("go", "");
  const answer = await first.ended;
  expect(answer).toHaveProperty("code", 130);
  expect(answer.stderr).toContain("to continue: pod run plan.yaml");
  const second = await workspace.pod(["run", "plan.yaml"]);
  expect(second).toHaveProperty("code", 0);
  expect(second.stdout).toMatch(/later +done/);
});

test("Ctrl-C twice stops at once, leaves no pod, and the same command starts over", async () => {
  await using workspace = new ScratchWorkspace(files);
  const go = workspace.beside("go");
  workspace.write({ "plan.yaml": slowPlan(go) });
  const first = workspace.start(["run", "plan.yaml"]);
  await first.printed(/slow +running/);
  first.kill("SIGINT");
  await first.printed(/turns that run may finish/);
  first.kill("SIGINT");
  expect((await first.ended).code).toBe(130);
  expect(await workspace.json("ps")).toEqual({ version: 1, pods: [] });
  workspace.writeBeside("go", "");
  const second = await workspace.pod(["run", "plan.yaml"]);
  expect(second).toHaveProperty("code", 0);
});

test("a wrong plan is refused whole, each error with its line, and starts nothing", async () => {
  const plan =
    "version: 1\ntasks:\n  - { id: -x, agent: shell, task: a }\n  - { id: b, nope: 1 }\n";
  await using workspace = new ScratchWorkspace({ ...files, "plan.yaml": plan });
  const answer = await workspace.pod(["run", "plan.yaml"]);
  expect(answer.code).toBe(2);
  expect(answer.stderr).toMatch(/plan\.yaml:3:\d+: tasks\.0\.id: /);
  expect(answer.stderr).toMatch(/plan\.yaml:4:\d+: tasks\.1\.nope: unknown key nope/);
  expect(await workspace.pod(["serve", "--status"])).toMatchObject({ code: 69 });
});
