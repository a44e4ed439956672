/** Bad input gets a clear error and loses nothing; a wrong plan starts no server. */
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { execFileSync, spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../tidy/repository.ts";
import { jsonLines, ScratchWorkspace } from "./scratch-workspace.ts";

/** Not everywhere may a user have a mount namespace of its own. */
const hasReadOnlyMounts = spawnSync("unshare", ["-rm", "true"]).status === 0;

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

const badNames = ["../x", "n".repeat(300), "größe", "a/b", "a b", ".", ""];

test.each(badNames)("pod spawn refuses the name %j, says why, and starts nothing", async (name) => {
  const { code, stdout, stderr } = await workspace.pod(["spawn", name, "--", "true"]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toContain(`'${name.slice(0, 80)}': `);
  expect(stderr).not.toContain("    at ");
  expect(workspace.processes()).toEqual([]);
});

test("a name that is an option, before and after the two dashes", async () => {
  const before = await workspace.pod(["spawn", "-x", "--", "true"]);
  expect(before).toMatchObject({ code: 2, stderr: expect.stringContaining("'-x'") });
  // After the dashes all is command: it gets a name of its own.
  await using own = new ScratchWorkspace();
  const after = await own.pod(["spawn", "--wait", "--json", "--", "-x"]);
  expect(after).toMatchObject({ code: 127, stderr: expect.stringContaining("-x can not start") });
  expect(JSON.parse(after.stdout)).toMatchObject({ name: expect.stringMatching(/^shell-/) });
});

test("a pod's name comes again only once the pod has ended", async () => {
  await using own = new ScratchWorkspace();
  expect(await own.pod(["spawn", "one", "--", "true"])).toMatchObject({ code: 0 });
  const second = await own.pod(["spawn", "one", "--", "true"]);
  expect(second).toMatchObject({ code: 4, stderr: expect.stringContaining("one") });
  expect(await own.pod(["stop", "one"])).toMatchObject({ code: 0 });
  expect(await own.pod(["spawn", "one", "--", "true"])).toMatchObject({ code: 0 });
});

const badScopes: readonly [rule: string, said: string, code: number][] = [
  ["../up", "../up", 5],
  ["/etc", "/etc", 5],
  ["src/../../up", "src/../../up", 5],
  ["src/**", "wildcard", 2],
  ["", 'has no path: "." is the workspace', 2],
];

test.each(badScopes)("pod spawn refuses the scope %j", async (rule, said, code) => {
  await using own = new ScratchWorkspace();
  const ended = await own.pod(["spawn", "one", "--scope", rule, "--", "true"]);
  expect(ended).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(said) });
  expect(ended.stderr).not.toContain("    at ");
  expect(await own.json("ps", "-a")).toEqual({ version: 1, pods: [] });
});

test.each([
  ["--agent", "oracle", "unknown agent 'oracle'", 3],
  ["--agent", "script:nowhere.yaml", "nowhere.yaml", 3],
  ["--agent", "claude", "acp", 2],
] as const)("pod spawn %s %s is refused and starts nothing", async (flag, agent, said, code) => {
  const ended = await workspace.pod(["spawn", "one", flag, agent, "--task", "t"]);
  expect(ended).toMatchObject({ code, stderr: expect.stringContaining(said) });
  expect(workspace.processes()).toEqual([]);
});

describe("a repository", () => {
  const plain = plan(task("a"));

  /** The repository of `own` becomes what `make` puts in its place. */
  function replaceRepository(own: ScratchWorkspace, ...make: string[]): void {
    rmSync(own.repository, { recursive: true });
    execFileSync("git", [...make, own.repository], { stdio: "pipe" });
  }

  test("that is none is said to be none", async () => {
    await using own = new ScratchWorkspace();
    rmSync(own.repository, { recursive: true });
    mkdirSync(own.repository);
    const ended = await own.pod(["run", own.writeBeside("plain.yaml", plain)]);
    expect(ended).toMatchObject({ code: 3, stdout: "" });
    expect(ended.stderr).toContain("not inside a git repository");
    expect(existsSync(own.home)).toBe(false);
  });

  test("that is bare is said to have no checkout", async () => {
    await using own = new ScratchWorkspace();
    replaceRepository(own, "init", "-q", "--bare");
    const { code, stderr } = await own.pod(["run", own.writeBeside("plain.yaml", plain)]);
    expect({ code, stack: stderr.includes("    at ") }).toEqual({ code: 2, stack: false });
    expect(stderr).toMatch(/bare/);
  });

  test("without a commit says what to do", async () => {
    await using own = new ScratchWorkspace();
    replaceRepository(own, "init", "-q");
    const ended = await own.pod(["run", own.writeBeside("plain.yaml", plain)]);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(/no commit/);
    expect(ended.stderr).toMatch(/git commit/);
    expect(own.processes()).toEqual([]);
  });

  test("that is shallow is refused with the way out, which works", async () => {
    await using from = new ScratchWorkspace();
    from.git("commit", "-q", "--allow-empty", "-m", "second");
    await using own = new ScratchWorkspace();
    replaceRepository(own, "clone", "-q", "--depth", "1", `file://${from.repository}`);
    const path = own.writeBeside("plain.yaml", plain);
    const ended = await own.pod(["run", path]);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain("shallow");
    expect(own.processes()).toEqual([]);
    const remedy = /`([^`]+)`/.exec(ended.stderr)?.[1] ?? "false";
    execFileSync("sh", ["-c", remedy], { cwd: own.repository, stdio: "pipe" });
    expect(await own.pod(["run", path])).toMatchObject({ code: 0 });
  });
});

/** Root may write where it is told not to: what no user can is what a file stands in the way of. */
describe("a state folder that cannot be written", () => {
  test.each([["run", "plain.yaml"], ["spawn", "one", "--", "true"], ["ps"], ["init"]])(
    "pod %s names it and says what to do",
    async (...args) => {
      await using own = new ScratchWorkspace({ "plain.yaml": plan(task("a")) });
      const environment = { POD_HOME: own.writeBeside("file", "in the way") };
      const { code, stdout, stderr } = await own.pod(args, { environment });
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      expect(stderr).toContain(`cannot write the state folder ${own.beside("file")}`);
      expect(stderr).toContain("POD_HOME");
      expect(stderr).not.toContain("    at ");
      expect(own.git("status", "--porcelain")).toBe("");
    },
  );

  test.skipIf(!hasReadOnlyMounts)("a read-only mount, which even root cannot write", async () => {
    await using own = new ScratchWorkspace({ "plain.yaml": plan(task("a")) });
    const home = own.beside("read-only");
    mkdirSync(home);
    const mount = `mount --bind ${home} ${home} && mount -o remount,bind,ro ${home}`;
    const pod = `${process.execPath} ${root}packages/cli/bin/pod.js run plain.yaml`;
    const { status, stderr } = spawnSync("unshare", ["-rm", "sh", "-c", `${mount} && ${pod}`], {
      cwd: own.repository,
      encoding: "utf8",
      env: { PATH: process.env["PATH"], HOME: home, POD_HOME: home },
    });
    expect(status).toBe(1);
    expect(stderr).toContain(`cannot write the state folder ${home}`);
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
