/** Readers that leave, disks that are full, terminals that close: no stack trace, nothing lost. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../tidy/repository.ts";
import { ScratchWorkspace } from "./scratch-workspace.ts";

const files = { "src/a.txt": "a\n" };

describe("a reader that leaves", () => {
  let workspace: ScratchWorkspace;

  beforeAll(async () => {
    workspace = new ScratchWorkspace(files);
    await workspace.pod(["spawn", "one", "--wait", "--", "echo", "hello"]);
  });

  afterAll(() => workspace[Symbol.asyncDispose]());

  test.each([
    [["--help"]],
    [["ps"]],
    [["ps", "--json"]],
    [["where"]],
    [["doctor"]],
    [["inspect", "one"]],
    [["history", "one"]],
    [["logs", "one"]],
    [["events"]],
    [["events", "-f", "--since", "0"]],
    [["logs", "one", "-f", "--lane", "control"]],
  ])("pod %j ends quietly", async (args) => {
    const running = workspace.start(args);
    running.closeReader("stdout");
    expect(await running.ended).toMatchObject({ code: 0, stderr: "" });
  });

  test("of the talk does not end the work", async () => {
    const task = '  - { id: work, agent: shell, task: "echo 1 > src/new.txt", scope: [src] }\n';
    const plan = `version: 1\ntasks:\n${task}merge: { mode: auto }\n`;
    const running = workspace.start(["run", workspace.writeBeside("plan.yaml", plan)]);
    await running.printed("starting");
    running.closeReader("stderr");
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(workspace.read("src/new.txt")).toBe("1\n");
  });
});

test.skipIf(!existsSync("/dev/full"))("a full disk under the output is said, with a code", () => {
  const command = `'${process.execPath}' '${root}packages/cli/bin/pod.js' version > /dev/full`;
  const { status, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toContain("the output could not be written: ENOSPC");
  expect(stderr).not.toContain("    at ");
});

const untilFile = (gate: string) => `while [ ! -e ${gate} ]; do sleep 0.02; done; echo 1 > out`;

function slowPlan(workspace: ScratchWorkspace, name: string): string {
  const task = untilFile(workspace.beside("gate"));
  const list = `  - { id: ${name}, agent: shell, task: "${task}" }\n`;
  return workspace.writeBeside(
    `${name}.yaml`,
    `version: 1\ntasks:\n${list}merge: { mode: auto }\n`,
  );
}

describe("pod run", () => {
  test("SIGTERM stops it as Ctrl-C does, and it ends with 143", async () => {
    await using workspace = new ScratchWorkspace(files);
    const run = workspace.start(["run", slowPlan(workspace, "slow")]);
    await run.printed(/slow +running/);
    run.kill("SIGTERM");
    await run.printed("turns that run may finish");
    run.kill("SIGTERM");
    expect(await run.ended).toMatchObject({ code: 143 });
    expect(await workspace.json("ps")).toEqual({ version: 1, pods: [] });
  });

  test("its terminal closes: the run goes on, and the same command shows its end", async () => {
    await using workspace = new ScratchWorkspace(files);
    const plan = slowPlan(workspace, "slow");
    const run = workspace.start(["run", plan]);
    await run.printed(/slow +running/);
    run.kill("SIGHUP");
    expect(await run.ended).toMatchObject({ signal: "SIGHUP" });
    expect(await workspace.json("ps")).toMatchObject({ pods: [{ name: "slow" }] });
    workspace.writeBeside("gate", "");
    expect(await workspace.pod(["run", plan])).toMatchObject({ code: 0 });
    expect(workspace.read("out")).toBe("1\n");
  });

  test("a third Ctrl-C leaves a server that does not answer", async () => {
    await using workspace = new ScratchWorkspace(files);
    const run = workspace.start(["run", slowPlan(workspace, "slow")]);
    await run.printed(/slow +running/);
    const { pid } = await workspace.json<{ pid: number }>("serve", "--status");
    process.kill(pid, "SIGSTOP");
    run.kill("SIGINT");
    await run.printed("turns that run may finish");
    run.kill("SIGINT");
    await run.printed("stopping now");
    run.kill("SIGINT");
    const ended = await run.ended;
    process.kill(pid, "SIGCONT");
    expect(ended).toMatchObject({ code: 130, stderr: expect.stringContaining("pod ps") });
  });

  test("its server is killed: it says how to go on, and that finishes the run", async () => {
    await using workspace = new ScratchWorkspace(files);
    const plan = slowPlan(workspace, "slow");
    const run = workspace.start(["run", plan]);
    await run.printed(/slow +running/);
    const { pid } = await workspace.json<{ pid: number }>("serve", "--status");
    process.kill(pid, "SIGKILL");
    const said = expect.stringContaining(`pod run ${plan}`);
    expect(await run.ended).toMatchObject({ code: 69, stderr: said });
    workspace.writeBeside("gate", "");
    expect(await workspace.pod(["run", plan])).toMatchObject({ code: 0 });
    expect(workspace.read("out")).toBe("1\n");
  });

  test("twice at once is one run, which both follow", async () => {
    await using workspace = new ScratchWorkspace(files);
    const plan = slowPlan(workspace, "slow");
    const both = [workspace.start(["run", plan]), workspace.start(["run", plan])];
    await Promise.all(both.map((run) => run.printed(/slow +running/)));
    workspace.writeBeside("gate", "");
    for (const run of both) {
      const stdout = expect.stringContaining("merged into main");
      expect(await run.ended).toMatchObject({ code: 0, stdout });
    }
    expect(workspace.git("log", "--merges", "--format=%s").split("\n")).toHaveLength(1);
    expect(await workspace.json("ps", "-a")).toMatchObject({ pods: [{ name: "slow" }] });
  });

  test("while another plan runs: side by side, but not two pods of one name", async () => {
    await using workspace = new ScratchWorkspace(files);
    const first = workspace.start(["run", slowPlan(workspace, "slow")]);
    await first.printed(/slow +running/);
    const task = "  - { id: slow, agent: shell, task: 'true' }\n";
    const same = workspace.writeBeside("same.yaml", `version: 1\ntasks:\n${task}`);
    const refused = await workspace.pod(["run", same]);
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining("slow") });
    const other = workspace.writeBeside(
      "b.yaml",
      `version: 1\ntasks:\n${task.replace("w", "wer")}`,
    );
    expect(await workspace.pod(["run", other])).toMatchObject({ code: 0 });
    workspace.writeBeside("gate", "");
    expect(await first.ended).toMatchObject({ code: 0 });
  });

  test("one begun with --new is the one that the plain command follows", async () => {
    await using workspace = new ScratchWorkspace(files);
    const plan = slowPlan(workspace, "slow");
    workspace.writeBeside("gate", "");
    expect(await workspace.pod(["run", plan])).toMatchObject({ code: 0 });
    expect(await workspace.pod(["run", plan, "--new", "-d"])).toMatchObject({ code: 0 });
    const { stdout } = await workspace.pod(["run", plan, "--json"]);
    const summary = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { run: string };
    const runs = (await workspace.pod(["events"])).stdout.match(/"kind":"run.submitted"/g);
    expect(runs).toHaveLength(2);
    const { stdout: first } = await workspace.pod(["events"]);
    expect(first.match(/run:r[0-9a-f]+/)?.[0]).not.toBe(`run:${summary.run}`);
  });
});
