/** `pod run` in trouble: interrupted, killed, repeated, in odd checkouts, with conflicts. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import type { RunningCommand } from "./running-command.ts";
import { jsonLines, ScratchWorkspace, valueOf } from "./scratch-workspace.ts";

const files = { "shared.txt": "one\ntwo\nthree\n", "src/a.txt": "a\n" };

function shellTasks(tasks: Readonly<Record<string, string>>, rest = ""): string {
  const list = Object.entries(tasks).map(
    ([id, task]) => `  - { id: ${id}, agent: shell, task: ${JSON.stringify(task)} }\n`,
  );
  return `version: 1\ntasks:\n${list.join("")}${rest}`;
}

const auto = "merge: { mode: auto }\n";

function summaryOf(stdout: string) {
  return jsonLines(stdout).at(-1) as {
    type: string;
    outcome: string;
    tasks: { id: string; state: string; merged: boolean; conflicts: string[]; message: string }[];
    merges: { pod: string; state: string; branch: string; problem: unknown }[];
  };
}

/** Resolves when this task's pod runs its turn: `marker` is a file that the task writes. */
async function taskRuns(run: RunningCommand): Promise<void> {
  await run.printed('"kind":"pod.turn_admitted"');
}

/** A task that ends when the file appears, so that the test decides when. */
const untilFile = (gate: string) => `while [ ! -e ${gate} ]; do sleep 0.02; done; echo a > out.txt`;

describe("an interrupted run", () => {
  test.each([
    { how: "drained by one Ctrl-C", signals: ["SIGINT"] },
    { how: "stopped by a second", signals: ["SIGINT", "SIGINT"] },
    { how: "left by a killed command", signals: ["SIGKILL"] },
  ] as const)("$how is finished by the same command", async ({ signals }) => {
    await using workspace = new ScratchWorkspace(files);
    const gate = workspace.beside("gate");
    const config = "config: { max_concurrent_agents: 1 }\n";
    const tasks = { first: untilFile(gate), second: "echo b > second.txt" };
    const plan = workspace.writeBeside("plan.yaml", shellTasks(tasks, `${auto}${config}`));
    const run = workspace.start(["run", plan, "--json"]);
    await taskRuns(run);
    run.kill(signals[0]);
    if (signals.length > 1) {
      await run.printed("stopping: turns that run may finish");
      run.kill("SIGINT");
    }
    if (signals[0] === "SIGINT" && signals.length === 1) {
      await run.printed('"kind":"run.draining"');
      workspace.writeBeside("gate", "");
    }
    const stopped = await run.ended;
    expect(stopped.code).not.toBe(0);
    workspace.writeBeside("gate", "");
    const again = await workspace.pod(["run", plan, "--json"]);
    expect({ ...again, last: summaryOf(again.stdout) }).toMatchObject({ code: 0 });
    expect(summaryOf(again.stdout)).toMatchObject({
      outcome: "done",
      tasks: [{ merged: true }, { merged: true }],
    });
    expect(workspace.git("ls-tree", "-r", "--name-only", "main").split("\n")).toEqual(
      ["out.txt", "second.txt", ...Object.keys(files)].toSorted(),
    );
  });
});

test("a finished run shows its summary; --new runs anew; a changed one needs it", async () => {
  await using workspace = new ScratchWorkspace(files);
  const plan = workspace.writeBeside("plan.yaml", shellTasks({ one: "date +%N >> t.txt" }, auto));
  expect(await workspace.pod(["run", plan])).toMatchObject({ code: 0 });
  const head = workspace.git("rev-parse", "main");
  const again = await workspace.pod(["run", plan]);
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("merged into main") });
  expect(workspace.git("rev-parse", "main")).toBe(head);
  expect(await workspace.pod(["run", plan, "--new"])).toMatchObject({ code: 0 });
  expect(workspace.git("rev-parse", "main")).not.toBe(head);

  const gate = workspace.beside("gate");
  workspace.writeBeside("plan.yaml", shellTasks({ slow: untilFile(gate) }, auto));
  expect(await workspace.pod(["run", plan, "-d"])).toMatchObject({ code: 0 });
  workspace.writeBeside("plan.yaml", shellTasks({ other: "true" }, auto));
  const changed = await workspace.pod(["run", plan]);
  expect(changed).toMatchObject({ code: 4, stderr: expect.stringContaining("--new") });
});

/** The bytes of every file and of the index. */
function fingerprint(checkout: string): Record<string, string> {
  const git = (...args: string[]) => execFileSync("git", args, { cwd: checkout, encoding: "utf8" });
  const names = readdirSync(checkout, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !join(entry.parentPath, entry.name).includes("/.git/"))
    .map((entry) => join(entry.parentPath, entry.name));
  const index = git("rev-parse", "--path-format=absolute", "--git-path", "index").trim();
  const hashed = names.map((name): [string, string] => [name, hash(readFileSync(name))]);
  return { ...Object.fromEntries(hashed), index: git("ls-files", "-s"), indexFile: index };
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe("the person's checkout", () => {
  const plan = shellTasks({ worker: "echo changed > shared.txt" }, auto);

  test("dirty: nothing is touched, base stays, and the printed command finishes", async () => {
    await using workspace = new ScratchWorkspace(files);
    workspace.write({ "src/a.txt": "uncommitted\n", "new.txt": "untracked\n" });
    workspace.write({ "staged.txt": "staged\n" });
    workspace.git("add", "staged.txt");
    const before = fingerprint(workspace.repository);
    const head = workspace.git("rev-parse", "main");
    const ended = await workspace.pod(["run", workspace.writeBeside("plan.yaml", plan)]);
    expect(ended).toMatchObject({ code: 0 });
    expect(fingerprint(workspace.repository)).toEqual(before);
    expect(workspace.git("rev-parse", "main")).toBe(head);
    const finish = /to finish: (.*)/.exec(ended.stderr)?.[1] ?? "no command";
    expect(finish).toContain("podlane/");
    execFileSync("sh", ["-c", finish], { cwd: workspace.repository, stdio: "pipe" });
    expect(workspace.read("shared.txt")).toBe("changed\n");
    expect(workspace.read("src/a.txt")).toBe("uncommitted\n");
    expect(workspace.read("new.txt")).toBe("untracked\n");
  });

  test("a detached head: the result is set aside on a branch", async () => {
    await using workspace = new ScratchWorkspace(files);
    workspace.git("checkout", "-q", "--detach");
    const before = fingerprint(workspace.repository);
    const ended = await workspace.pod(["run", workspace.writeBeside("plan.yaml", plan)]);
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining("podlane/") });
    expect(fingerprint(workspace.repository)).toEqual(before);
    const [branch = ""] = workspace.git("branch", "--list", "podlane/*").split("\n");
    expect(workspace.git("show", `${branch.trim()}:shared.txt`)).toBe("changed");
  });

  test("a subdirectory: the same workspace, and base moves", async () => {
    await using workspace = new ScratchWorkspace(files);
    const cwd = join(workspace.repository, "src");
    const ended = await workspace.pod(["run", workspace.writeBeside("plan.yaml", plan)], { cwd });
    expect(ended).toMatchObject({ code: 0 });
    expect(workspace.read("shared.txt")).toBe("changed\n");
  });

  test("a linked worktree: its branch is base; the main checkout is not touched", async () => {
    await using workspace = new ScratchWorkspace(files);
    const linked = workspace.beside("linked");
    workspace.git("worktree", "add", "-q", "-b", "topic", linked);
    const before = fingerprint(workspace.repository);
    const path = workspace.writeBeside("plan.yaml", plan);
    expect(await workspace.pod(["run", path], { cwd: linked })).toMatchObject({ code: 0 });
    expect(readFileSync(join(linked, "shared.txt"), "utf8")).toBe("changed\n");
    expect(fingerprint(workspace.repository)).toEqual(before);
    // Base checked out elsewhere: named in the plan, it moves there.
    const elsewhere = `${plan.replace("changed", "again")}base: topic\n`;
    const second = workspace.writeBeside("second.yaml", elsewhere);
    expect(await workspace.pod(["run", second])).toMatchObject({ code: 0 });
    expect(readFileSync(join(linked, "shared.txt"), "utf8")).toBe("again\n");
    expect(fingerprint(workspace.repository)).toEqual(before);
  });
});

describe("landing", () => {
  test(
    verifies("R140", "R156", "R162") +
      "of two changes to a line the second is reported, exit code 8",
    async () => {
      await using workspace = new ScratchWorkspace(files);
      const tasks = { first: "echo 1 > shared.txt", second: "echo 2 > shared.txt" };
      const ended = await workspace.pod([
        "run",
        workspace.writeBeside("plan.yaml", shellTasks(tasks, auto)),
        "--json",
      ]);
      expect(ended).toMatchObject({ code: 8 });
      const { merges, tasks: rows } = summaryOf(ended.stdout);
      expect(rows.filter((task) => task.merged)).toHaveLength(1);
      const problem = merges.find((merge) => merge.problem !== null);
      expect(problem?.problem).toMatchObject({ kind: "conflict", files: ["shared.txt"] });
      expect(problem?.problem).toMatchObject({ branches: [expect.anything(), expect.anything()] });
      expect(workspace.read("shared.txt")).toMatch(/^[12]\n$/);
      expect(workspace.git("status", "--porcelain")).toBe("");
      expect(workspace.git("branch", "--list", problem?.branch ?? "")).toContain("agent/");
    },
  );

  test("a red gate: exit code 8 with its output, base does not move", async () => {
    await using workspace = new ScratchWorkspace(files);
    const head = workspace.git("rev-parse", "main");
    const gate = 'merge: { mode: auto, gate: "echo the gate says no; exit 3" }\n';
    const plan = workspace.writeBeside("plan.yaml", shellTasks({ one: "echo 1 > x" }, gate));
    const ended = await workspace.pod(["run", plan]);
    expect(ended).toMatchObject({ code: 8, stdout: expect.stringContaining("the gate says no") });
    expect(workspace.git("rev-parse", "main")).toBe(head);
  });

  test.each(["merge", "squash", "rebase", "ff"] as const)("method %s lands", async (method) => {
    await using workspace = new ScratchWorkspace(files);
    const how = `merge: { mode: auto, method: ${method} }\n`;
    const plan = workspace.writeBeside("plan.yaml", shellTasks({ one: "echo 1 > x" }, how));
    expect(await workspace.pod(["run", plan])).toMatchObject({ code: 0 });
    expect(workspace.read("x")).toBe("1\n");
    const parents = workspace.git("log", "-1", "--format=%P").split(" ");
    expect(parents).toHaveLength(method === "merge" ? 2 : 1);
  });

  test(
    verifies("R140", "R148") + "mode none lands nothing; without a mode what is approved lands",
    async () => {
      await using workspace = new ScratchWorkspace(files);
      const none = workspace.writeBeside(
        "none.yaml",
        shellTasks({ one: "echo 1 > x" }, "merge: { mode: none }\n"),
      );
      expect(await workspace.pod(["run", none])).toMatchObject({ code: 0 });
      expect(existsSync(join(workspace.repository, "x"))).toBe(false);
      const review = workspace.writeBeside("review.yaml", shellTasks({ two: "echo 2 > y" }));
      const ended = await workspace.pod(["run", review]);
      expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining("pod merge two") });
      expect(existsSync(join(workspace.repository, "y"))).toBe(false);
      const peer = await workspace.operator();
      const { merges } = valueOf(await peer.request("merge.list", {}));
      const ready = merges.find((merge) => merge.state === "ready");
      const commandId = { client: "approver", n: 1 };
      if (ready === undefined) throw new Error("no merge is ready");
      valueOf(await peer.request("merge.approve", { pod: ready.pod }, { commandId }));
      valueOf(await peer.request("merge.wait", { merge: ready.id }));
      peer.close();
      expect(workspace.read("y")).toBe("2\n");
    },
  );

  test.each([
    { setup: "{ link: [deps], copy: [env] }", check: "test -e env && test -e deps/dep.txt" },
    { setup: "{ run: 'touch made', copy: [env], link: [made] }", check: "test -e made" },
  ])(
    "set-up $setup holds in pods and gate; a dependent starts from its dependency's work",
    async ({ setup, check }) => {
      await using workspace = new ScratchWorkspace({ ...files, ".gitignore": "env\ndeps\nmade\n" });
      workspace.write({ env: "secret\n", "deps/dep.txt": "dep\n" });
      const plan = workspace.writeBeside(
        "plan.yaml",
        `version: 1
setup: ${setup}
merge: { mode: auto, gate: ${JSON.stringify(check)} }
tasks:
  - { id: base, agent: shell, task: "${check} && echo 1 > one.txt" }
  - { id: next, agent: shell, task: "cat one.txt > two.txt", depends_on: [base] }
`,
      );
      const ended = await workspace.pod(["run", plan]);
      expect(ended).toMatchObject({ code: 0 });
      expect(workspace.read("two.txt")).toBe("1\n");
      expect(workspace.read("env")).toBe("secret\n");
      expect(readdirSync(join(workspace.repository, "deps"))).toEqual(["dep.txt"]);
    },
  );

  test("a set-up that fails fails its task and leaves no half-made worktree", async () => {
    await using workspace = new ScratchWorkspace(files);
    const setup = "setup: { run: 'echo no such thing; exit 4' }\n";
    const plan = workspace.writeBeside("plan.yaml", shellTasks({ one: "true" }, setup));
    const ended = await workspace.pod(["run", plan]);
    expect(ended.code).toBe(1);
    expect(workspace.git("worktree", "list").split("\n")).toHaveLength(1);
    expect(workspace.git("branch", "--list", "agent/*")).toBe("");
  });
});

describe("tasks that fail", () => {
  test("the worktree is kept and the dependent reported", async () => {
    await using workspace = new ScratchWorkspace(files);
    const plan = workspace.writeBeside(
      "plan.yaml",
      `version: 1
tasks:
  - { id: bad, agent: shell, task: "echo half > half.txt; exit 3" }
  - { id: after, agent: shell, task: "true", depends_on: [bad] }
  - { id: well, agent: shell, task: "echo w > w.txt" }
`,
    );
    const ended = await workspace.pod(["run", plan, "--json"]);
    expect(ended).toMatchObject({ code: 9 });
    const [bad, after, well] = summaryOf(ended.stdout).tasks;
    expect(bad).toMatchObject({ state: "failed" });
    expect(after?.state).not.toBe("done");
    expect(after?.message).toContain("bad");
    expect(well).toMatchObject({ state: "done" });
    const peer = await workspace.operator();
    const { pods } = valueOf(await peer.request("pod.list", { all: true }));
    peer.close();
    const place = pods.find(({ name }) => name === "bad")?.worktree ?? "";
    expect(readFileSync(join(place, "half.txt"), "utf8")).toBe("half\n");
  });

  test("a program that is not there, and a pod that sleeps past its limit", async () => {
    await using workspace = new ScratchWorkspace(files);
    const missing = await workspace.pod(["spawn", "ghost", "--wait", "--", "no-such-program"]);
    expect(missing.code).not.toBe(0);
    expect(missing.stdout + missing.stderr).toContain("no-such-program");
    const limited = ["spawn", "sleeper", "--limit", "time_seconds=1", "--wait"];
    const slept = await workspace.pod([...limited, "--", "sleep", "600"]);
    const peer = await workspace.operator();
    const { pods } = valueOf(await peer.request("pod.list", { all: true }));
    peer.close();
    expect(pods.find(({ name }) => name === "sleeper")?.exit?.cause).toBe("timeout");
    expect(slept.code).toBe(124);
  });
});

test("a very long state folder: sockets lie elsewhere, and all works", async () => {
  await using workspace = new ScratchWorkspace(files);
  const home = join(workspace.home, "long".repeat(40));
  mkdirSync(home, { recursive: true });
  const plan = workspace.writeBeside("plan.yaml", shellTasks({ one: "echo 1 > x" }, auto));
  const environment = { POD_HOME: home };
  expect(await workspace.pod(["run", plan], { environment })).toMatchObject({ code: 0 });
  const stop = await workspace.pod(["serve", "--stop", "--force"], { environment });
  expect(stop).toMatchObject({ code: 0 });
});

test("a state folder that cannot be made is named", async () => {
  await using workspace = new ScratchWorkspace(files);
  const plan = workspace.writeBeside("plan.yaml", shellTasks({ one: "true" }));
  const environment = { POD_HOME: "/proc/podlane" };
  const ended = await workspace.pod(["run", plan], { environment });
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining("/proc/podlane") });
});
