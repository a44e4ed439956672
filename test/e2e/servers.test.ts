/** One server a workspace, whoever starts it, however the one before it ended. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { Readable } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import { takeLock } from "../../packages/cli/src/serve/take-lock.ts";
import { root } from "../tidy/repository.ts";
import { ScratchWorkspace, valueOf } from "./scratch-workspace.ts";

const files = { "src/a.txt": "a\n" };

const servers = (workspace: ScratchWorkspace) =>
  workspace.processes().filter(({ command }) => command.includes("serve.js"));

async function serverPid(workspace: ScratchWorkspace): Promise<number> {
  return (await workspace.json<{ pid: number }>("serve", "--status")).pid;
}

async function killServer(workspace: ScratchWorkspace): Promise<void> {
  const pid = await serverPid(workspace);
  process.kill(pid, "SIGKILL");
  await vi.waitFor(() => {
    if (servers(workspace).some((one) => one.pid === pid)) throw new Error("not gone yet");
  });
}

/** The layout of a workspace in which no server has run yet. */
async function freshLayout(workspace: ScratchWorkspace) {
  await workspace.json("where");
  const { layout } = workspace;
  if (layout === null) throw new Error("pod where made no state folder");
  return layout;
}

describe("at the same moment", () => {
  test("two `pod serve`: one serves, the other says so and ends with a code", async () => {
    await using workspace = new ScratchWorkspace(files);
    const both = [workspace.start(["serve"]), workspace.start(["serve"])];
    const first = await Promise.any(both.map((one) => one.printed(/serving /).then(() => one)));
    const second = both.find((one) => one !== first);
    const refused = await second?.ended;
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining("runs already") });
    expect(servers(workspace)).toHaveLength(1);
    first.kill("SIGTERM");
    expect(await first.ended).toMatchObject({ code: 0 });
    expect(workspace.processes()).toEqual([]);
  });

  test("many commands start one server between them", async () => {
    await using workspace = new ScratchWorkspace(files);
    const spawns = [1, 2, 3, 4].map((n) => workspace.pod(["spawn", `p${n}`, "-d", "--", "true"]));
    const ended = await Promise.all(spawns);
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    // Those that came second have said so, and may still be on their way out.
    await vi.waitFor(() => expect(servers(workspace)).toHaveLength(1));
    const { pods } = await workspace.json<{ pods: unknown[] }>("ps", "-a");
    expect(pods).toHaveLength(4);
  });
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
  "`pod serve` and its server end with %s and leave nothing",
  async (signal) => {
    await using workspace = new ScratchWorkspace(files);
    const serving = workspace.start(["serve"]);
    await serving.printed("serving ");
    serving.kill(signal);
    expect(await serving.ended).toMatchObject({ code: 0 });
    expect(workspace.processes()).toEqual([]);
    expect(existsSync(workspace.layout?.coordinatorFile ?? "")).toBe(false);
  },
);

test("the silence that ends an outside agent: a flag, a variable, or in pod.yaml", async () => {
  await using workspace = new ScratchWorkspace({
    ...files,
    "pod.yaml": "sessions: { dead_after_seconds: 45 }\n",
  });
  const deadAfterOf = async (...args: string[]) => {
    const serving = args.length === 0 ? null : workspace.start(args);
    await (serving?.printed("serving ") ?? workspace.pod(["claim", "proc:x"]));
    const { deadAfterMs } = await workspace.json<{ deadAfterMs: number }>("serve", "--status");
    await workspace.pod(["serve", "--stop"]);
    await serving?.ended;
    return deadAfterMs;
  };
  expect(await deadAfterOf()).toBe(45_000);
  expect(await deadAfterOf("serve")).toBe(45_000);
  expect(await deadAfterOf("serve", "--dead-after", "60")).toBe(60_000);
  const environment = { POD_DEAD_AFTER: "5" };
  const refused = await workspace.pod(["claim", "proc:x"], { environment });
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("30 to 604800") });
});

describe("a server that was killed", () => {
  test("its pods live on; pod ps and pod locks start another, which knows them", async () => {
    await using workspace = new ScratchWorkspace(files);
    const command = ["--claim", "proc:test", "--", "sleep", "600"];
    await workspace.pod(["spawn", "busy", ...command]);
    await workspace.start(["events", "-f", "--since", "0"]).printed('"kind":"claim.acquired"');
    await killServer(workspace);
    const { pods } = await workspace.json<{ pods: unknown[] }>("ps");
    expect(pods).toMatchObject([{ name: "busy" }]);
    await killServer(workspace);
    const { claims } = await workspace.json<{ claims: unknown[] }>("locks");
    expect(claims).toMatchObject([{ units: ["proc:test"], holder: "busy" }]);
  });

  test.each([
    ["stop", "--all"],
    ["kill", "--all"],
    ["stop", "busy"],
  ])("pod %s %s ends the pods that it left", async (...args) => {
    await using workspace = new ScratchWorkspace(files);
    await workspace.pod(["spawn", "busy", "--", "sleep", "600"]);
    await killServer(workspace);
    expect(await workspace.pod(args)).toMatchObject({ code: 0 });
    const left = workspace.processes().filter(({ command }) => !command.includes("serve.js"));
    expect(left).toEqual([]);
  });

  test("what it left in the state folder hinders nobody", async () => {
    await using workspace = new ScratchWorkspace(files);
    const layout = await freshLayout(workspace);
    const socket = `${layout.sockets}/coordinator.sock`;
    const stale = { version: 1, socket, pid: process.pid, startTime: "1", startedAtMs: 1 };
    for (const text of ["", "{", "null", JSON.stringify(stale)]) {
      writeFileSync(layout.coordinatorFile, text);
      expect(await workspace.pod(["events"])).toMatchObject({ code: 0 });
      await killServer(workspace);
    }
    expect(existsSync(socket)).toBe(true);
    expect(await workspace.pod(["stop", "--all"])).toMatchObject({ code: 0 });
    expect(workspace.processes()).toEqual([]);
  });

  test("a stranger who listens in its place is not taken for it", async () => {
    await using workspace = new ScratchWorkspace(files);
    const layout = await freshLayout(workspace);
    const socket = workspace.beside("stranger.sock");
    const stranger = createServer((peer) => peer.end("hello?\n"));
    stranger.listen(socket);
    await once(stranger, "listening");
    const stale = { version: 1, socket, pid: process.pid, startTime: "1", startedAtMs: 1 };
    writeFileSync(layout.coordinatorFile, JSON.stringify(stale));
    const ended = await workspace.pod(["events"]);
    stranger.close();
    expect(ended.stderr).not.toContain("    at ");
    expect(ended).toMatchObject({ code: 0 });
  });
});

test("a command that finds one leaving waits for its place, and then starts its own", async () => {
  await using workspace = new ScratchWorkspace(files);
  const layout = await freshLayout(workspace);
  const lock = takeLock(layout.coordinatorLock);
  const waiting = workspace.start(["spawn", "late", "--wait", "--", "true"]);
  await vi.waitFor(() => expect(readFileSync(layout.serverLog, "utf8")).toContain("is taken"), {
    timeout: 20_000,
  });
  lock?.release();
  expect(await waiting.ended).toMatchObject({ code: 0 });
});

test("a server that nobody needs leaves by itself", async () => {
  await using workspace = new ScratchWorkspace(files);
  const { stateDir, coordinatorFile } = await freshLayout(workspace);
  const fixture = `${root}test/process/fixtures/short-lived-server.ts`;
  const args = ["--conditions=podlane-source", fixture, stateDir, workspace.repository];
  const server = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const left = once(server, "exit");
  await once(createInterface({ input: server.stdio[3] as Readable }), "line");
  const peer = await workspace.operator();
  expect(valueOf(await peer.request("server.status", {})).pid).toBe(server.pid);
  peer.close();
  expect(await left).toEqual([0, null]);
  expect(existsSync(coordinatorFile)).toBe(false);
});

test("a worktree whose work has landed is gone when pod stop --all has ended", async () => {
  await using workspace = new ScratchWorkspace(files);
  await workspace.pod(["spawn", "one", "--wait", "--", "sh", "-c", "echo 1 > one.txt"]);
  expect(await workspace.pod(["merge", "one"])).toMatchObject({ code: 0 });
  expect(await workspace.pod(["stop", "--all"])).toMatchObject({ code: 0 });
  expect(workspace.git("worktree", "list").split("\n")).toHaveLength(1);
  expect(workspace.git("branch", "--list", "agent/*")).toBe("");
  expect(await workspace.json("ps", "-a")).toMatchObject({ pods: [{ name: "one" }] });
});
