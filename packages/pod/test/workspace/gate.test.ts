import { readdirSync, readFileSync, statSync, watch } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runCommand } from "../../src/workspace/command.ts";
import { runGate } from "../../src/workspace/gate.ts";
import {
  commitFiles,
  discover,
  git,
  head,
  makeRepository,
  refusalOf,
  status,
  temporaryFolder,
  valueOf,
  write,
} from "./fixture.ts";

/** `main` is one commit ahead of a checkout that is dirty. */
async function gated() {
  const fixture = makeRepository({ "a.txt": "old\n" });
  const old = head(fixture.path);
  const commit = commitFiles(fixture.path, { "a.txt": "new\n" }, "new");
  git(fixture.path, "checkout", "--quiet", "--detach", old);
  write(fixture.path, "a.txt", "dirty\n");
  const folder = join(fixture.state, "gates");
  const request = {
    repository: await discover(fixture),
    lockPath: fixture.lockPath,
    folder,
    commit,
    setup: null,
    outputPath: join(fixture.state, "gate.log"),
  };
  const leftOver = () => [
    ...readdirSync(folder),
    ...git(fixture.path, "worktree", "list").split("\n").slice(1),
  ];
  return { ...fixture, folder, request, leftOver };
}

describe("runGate", () => {
  test("runs on the commit, not on the checkout, and leaves nothing", async () => {
    const { path, request, leftOver } = await gated();
    const command = "cat a.txt; echo made > made; grep -q new a.txt";
    const result = valueOf(await runGate({ ...request, command }));
    expect(result).toMatchObject({ passed: true, exitCode: 0, outputTail: "new\n" });
    expect(leftOver()).toEqual([]);
    expect(status(path)).toBe(" M a.txt");
  });

  test("red is a result with the end of its output", async () => {
    const { request, leftOver } = await gated();
    const command = "echo broken >&2; exit 7";
    const result = valueOf(await runGate({ ...request, command }));
    expect(result).toMatchObject({ passed: false, exitCode: 7, outputTail: "broken\n" });
    expect(readFileSync(request.outputPath, "utf8")).toBe("broken\n");
    expect(leftOver()).toEqual([]);
  });

  test("is set up like a pod's workspace, and refused when that fails", async () => {
    const { path, request, leftOver } = await gated();
    write(path, "vendor/lib", "lib\n");
    const setup = { link: ["vendor"], copy: [] };
    const result = valueOf(await runGate({ ...request, setup, command: "cat vendor/lib" }));
    expect(result.outputTail).toBe("lib\n");
    const broken = { run: "exit 1", link: [], copy: [] };
    const refused = await runGate({ ...request, setup: broken, command: "true" });
    expect(refusalOf(refused).data).toMatchObject({ reason: "setup_failed" });
    expect(leftOver()).toEqual([]);
    expect(readFileSync(join(path, "vendor/lib"), "utf8")).toBe("lib\n");
  });
});

describe("runCommand", () => {
  const endless = "trap '' INT; while :; do read -r _ < /dev/zero; done";

  test("ends the whole group at the deadline", async () => {
    const folder = temporaryFolder();
    const result = await runCommand({
      command: `(${endless}) & echo started; ${endless}`,
      directory: folder,
      outputPath: join(folder, "out"),
      deadlineMs: 200,
    });
    expect(result).toMatchObject({ passed: false, stopped: "timeout", outputTail: "started\n" });
  });

  test("ends when its caller gives up", async () => {
    const folder = temporaryFolder();
    const controller = new AbortController();
    const watcher = watch(folder, (_, name) => name === "started" && controller.abort());
    onTestFinished(() => watcher.close());
    const result = await runCommand({
      command: `> started; ${endless}`,
      directory: folder,
      outputPath: join(folder, "out"),
      signal: controller.signal,
    });
    expect(result).toMatchObject({ passed: false, stopped: "aborted" });
  });

  test("does not wait for what a command leaves behind", async () => {
    const folder = temporaryFolder();
    const result = await runCommand({
      command: `(${endless}) & echo done`,
      directory: folder,
      outputPath: join(folder, "out"),
      deadlineMs: 20_000,
    });
    expect(result).toMatchObject({ passed: true, stopped: null, outputTail: "done\n" });
  });

  test("keeps a bounded file and the tail", async () => {
    const folder = temporaryFolder();
    const outputPath = join(folder, "out");
    const command = "head -c 100000 /dev/zero | tr '\\0' x; echo end";
    const result = await runCommand({
      command,
      directory: folder,
      outputPath,
      maxOutputBytes: 1_000,
    });
    expect([statSync(outputPath).size, result.truncated]).toEqual([1_000, true]);
    expect(result.outputTail).toMatch(/x\nend\n$|xend\n$/);
  });

  test("names the signal that ended it, and sees no variable of git", async () => {
    const folder = temporaryFolder();
    const outputPath = join(folder, "out");
    const environment = { ...process.env, GIT_DIR: "/nowhere" };
    const command = 'echo "[$GIT_DIR]"; kill -TERM $$';
    const result = await runCommand({ command, directory: folder, outputPath, environment });
    expect(result).toMatchObject({ passed: false, signal: "SIGTERM", outputTail: "[]\n" });
  });
});
