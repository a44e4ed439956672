/** The work queue through the built command: workers in real pods, killed ones among them. */
import { existsSync } from "node:fs";
import { expect, test, vi } from "vitest";
import type { z } from "zod";
import {
  CleanupJson,
  HeartbeatJson,
  OneSessionJson,
  SessionsJson,
} from "../../packages/cli/src/json/session-json.ts";
import {
  ClaimedTaskJson,
  OneTaskJson,
  RenewedJson,
  TaskEndJson,
  type TaskJson,
  TasksJson,
} from "../../packages/cli/src/json/task-json.ts";
import { PodsJson } from "../../packages/cli/src/json/pod-json.ts";
import { verifies } from "../requirements.ts";
import { ScratchWorkspace } from "./scratch-workspace.ts";

const files = { "src/a.txt": "a\n" };

const read = async <S extends z.ZodType>(
  workspace: ScratchWorkspace,
  schema: S,
  ...args: string[]
): Promise<z.output<S>> => schema.parse(await workspace.json(...args));

async function submit(workspace: ScratchWorkspace, ...args: string[]): Promise<TaskJson> {
  return (await read(workspace, OneTaskJson, "task", "submit", ...args)).task;
}

async function show(workspace: ScratchWorkspace, id: string): Promise<TaskJson> {
  return (await read(workspace, OneTaskJson, "task", "show", id)).task;
}

/** Waits until the task has the status. */
async function becomes(
  workspace: ScratchWorkspace,
  id: string,
  status: TaskJson["status"],
): Promise<TaskJson> {
  return vi.waitFor(
    async () => {
      const task = await show(workspace, id);
      if (task.status !== status) throw new Error(`${id} is ${task.status}, not ${status}`);
      return task;
    },
    { timeout: 60_000, interval: 200 },
  );
}

test(
  verifies("R229", "R101", "R103") +
    "workers take tasks as they come, a turn for each, and no task is done twice",
  async () => {
    await using workspace = new ScratchWorkspace(files);
    const line = `cat "$POD_TASK_FILE" >> ${workspace.beside("done")}; basename "$POD_WORKTREE"`;
    for (const name of ["ada", "bob"]) {
      const args = ["spawn", name, "--pull", "build", "--scope", "src", "--", "sh", "-c", line];
      expect(await workspace.pod(args)).toMatchObject({ code: 0 });
    }
    const tasks = await Promise.all(
      [1, 2, 3, 4, 5].map((n) =>
        submit(workspace, `number ${n}`, "--type", "build", "--input", `{"n":${n}}`),
      ),
    );
    const other = await submit(workspace, "not for them", "--type", "review");
    const done = await Promise.all(tasks.map(({ id }) => becomes(workspace, id, "completed")));
    for (const { attempts, result } of done) {
      expect(attempts).toMatchObject([{ attempt: 1, how: "completed" }]);
      expect(result).toMatchObject({
        summary: expect.stringMatching(/./),
        branch: expect.stringMatching(/./),
      });
    }
    expect((await show(workspace, other.id)).status).toBe("pending");
    const { tasks: next } = await read(workspace, TasksJson, "queue");
    expect(next.map(({ id }) => id)).toEqual([other.id]);
    await read(workspace, TaskEndJson, "task", "cancel", other.id);
  },
  120_000,
);

test(
  verifies("R244") + "kill -9 of a worker returns its task once, and the next one ends it",
  async () => {
    await using workspace = new ScratchWorkspace(files);
    const go = workspace.beside("go");
    const began = workspace.beside("began");
    const hold = `touch ${began}; until [ -e ${go} ]; do sleep 0.05; done; echo done`;
    const spawn = (name: string) =>
      workspace.pod(["spawn", name, "--pull", "build", "--", "sh", "-c", hold]);
    expect(await spawn("ada")).toMatchObject({ code: 0 });
    const { id } = await submit(workspace, "hold on", "--type", "build");
    await vi.waitFor(() => expect(existsSync(began)).toBe(true), { timeout: 60_000 });
    const { pods } = await read(workspace, PodsJson, "ps");
    process.kill(pods[0]?.pid ?? 0, "SIGKILL");
    const returned = await becomes(workspace, id, "pending");
    expect(returned.attempts).toMatchObject([{ claimedBy: pods[0]?.id, how: "worker_died" }]);
    workspace.writeBeside("go", "");
    expect(await spawn("bob")).toMatchObject({ code: 0 });
    const { attempts, result } = await becomes(workspace, id, "completed");
    expect(attempts.map(({ how }) => how)).toEqual(["worker_died", "completed"]);
    expect(result).toMatchObject({ summary: "done" });
  },
  120_000,
);

test(
  verifies("R244") + "a worker that starts again after kill -9 keeps its task and ends it",
  async () => {
    await using workspace = new ScratchWorkspace(files);
    const go = workspace.beside("go");
    const began = workspace.beside("began");
    const hold = `touch ${began}; until [ -e ${go} ]; do sleep 0.05; done; echo done`;
    const args = ["spawn", "ada", "--pull", "build", "--restart", "on-failure:2"];
    await workspace.pod([...args, "--", "sh", "-c", hold]);
    const { id } = await submit(workspace, "hold on", "--type", "build");
    await vi.waitFor(() => expect(existsSync(began)).toBe(true), { timeout: 60_000 });
    const { pods } = await read(workspace, PodsJson, "ps");
    process.kill(pods[0]?.pid ?? 0, "SIGKILL");
    workspace.writeBeside("go", "");
    const { attempts } = await becomes(workspace, id, "completed");
    expect(attempts).toMatchObject([{ claimedBy: pods[0]?.id, how: "completed" }]);
  },
  120_000,
);

test(
  verifies("R105", "R244") + "a worker whose task is cancelled stops, and takes the next one",
  async () => {
    await using workspace = new ScratchWorkspace(files);
    const began = workspace.beside("began");
    const line = `grep -q forever "$POD_TASK_FILE" && touch ${began} && sleep 600; echo done`;
    await workspace.pod(["spawn", "ada", "--pull", "build", "--", "sh", "-c", line]);
    const endless = await submit(workspace, "forever", "--type", "build");
    await vi.waitFor(() => expect(existsSync(began)).toBe(true), { timeout: 60_000 });
    const next = await submit(workspace, "short", "--type", "build");
    const ended = await read(workspace, TaskEndJson, "task", "cancel", endless.id);
    expect(ended.status).toBe("cancelled");
    expect((await becomes(workspace, next.id, "completed")).result).toMatchObject({
      summary: "done",
    });
    expect((await show(workspace, endless.id)).attempts).toMatchObject([{ how: "cancelled" }]);
  },
  120_000,
);

test(
  verifies("R229", "R109") + "a run with a worker ends when the queue is empty",
  async () => {
    await using workspace = new ScratchWorkspace(files);
    const script = workspace.writeBeside(
      "worker.yaml",
      `on_run:\n  - write_file: { path: "src/{{task}}.txt", content: "made" }\n` +
        `  - say: "{{task}}"\n`,
    );
    const plan = workspace.writeBeside(
      "plan.yaml",
      `version: 1\nagents:\n` +
        `  hand: { driver: script, path: ${script}, pull: { task_types: [file] } }\n` +
        `tasks:\n  - { id: worker, agent: hand, task: first, scope: [src] }\n` +
        `merge: { mode: auto }\n`,
    );
    const ids = [];
    for (const name of ["second", "third"]) {
      ids.push((await submit(workspace, name, "--type", "file")).id);
    }
    const ended = await workspace.pod(["run", plan]);
    expect([ended.code, ended.stderr]).toEqual([0, expect.any(String)]);
    for (const id of ids) expect((await show(workspace, id)).status).toBe("completed");
    const made = workspace.git("ls-tree", "--name-only", "-r", "main", "src").split("\n");
    expect(made).toEqual(["src/a.txt", "src/first.txt", "src/second.txt", "src/third.txt"]);
  },
  120_000,
);

test(
  verifies("R102", "R104", "R168", "R169", "R170") + "the verbs of tasks and sessions, as JSON",
  async () => {
    await using workspace = new ScratchWorkspace(files);
    expect((await workspace.pod(["queue"])).code).toBe(0);
    const register = ["session", "register", "--agent-type", "codex", "--capability", "review"];
    const { session } = await read(workspace, OneSessionJson, ...register);
    const mine = ["--session", session.id];
    const needs = ["--capability", "review", "--priority", "2", "--deadline", "1h"];
    const task = await submit(workspace, "look", "--type", "review", ...needs);
    const dependent = await submit(workspace, "then", "--type", "t", "--depends-on", task.id);
    expect(dependent).toMatchObject({ waitsFor: [task.id], status: "pending" });
    const unfit = await workspace.pod(["task", "claim", "--json"]);
    expect(unfit.code).toBe(75);
    expect(ClaimedTaskJson.parse(JSON.parse(unfit.stdout))).toMatchObject({
      task: null,
      reason: "requirements_unmet",
      unmet: [{ task: task.id, requirement: "capability review" }],
    });
    const claimed = await read(workspace, ClaimedTaskJson, "task", "claim", ...mine);
    expect(claimed.task).toMatchObject({ id: task.id, claimedBy: session.id });
    expect(await read(workspace, RenewedJson, "task", "renew", ...mine)).toMatchObject({
      renewed: 1,
    });
    const stranger = await workspace.pod(["task", "complete", task.id]);
    expect(stranger).toMatchObject({ code: 5 });
    const complete = ["task", "complete", task.id, "--result", `{"ok":true}`, ...mine];
    expect((await read(workspace, TaskEndJson, ...complete)).status).toBe("completed");
    expect((await workspace.pod(complete)).code).toBe(4);
    const { tasks } = await read(workspace, TasksJson, "task", "list", "--status", "completed");
    expect(tasks).toMatchObject([{ id: task.id, result: { ok: true } }]);
    const found = await read(workspace, SessionsJson, "session", "list", "--capability", "review");
    expect(found.sessions).toMatchObject([{ id: session.id, status: "idle" }]);
    const beat = await read(workspace, HeartbeatJson, "session", "heartbeat", session.id);
    expect(beat).toMatchObject({ id: session.id, status: "idle" });
    const silent = await read(workspace, CleanupJson, "session", "cleanup", "--dry-run");
    expect(silent.ended).toEqual([]);
    await read(workspace, HeartbeatJson, "session", "end", session.id);
    expect((await workspace.pod(["session", "heartbeat", session.id])).code).toBe(3);
    await read(workspace, TaskEndJson, "task", "cancel", dependent.id);
  },
  120_000,
);

test("bad words on the command line are usage errors, and nothing is submitted", async () => {
  await using workspace = new ScratchWorkspace(files);
  const bad = [
    ["task", "submit", "x"],
    ["task", "submit", "x", "--type", "t", "--priority", "NaN"],
    ["task", "submit", "x", "--type", "t", "--priority", "11"],
    ["task", "submit", "x", "--type", "t", "--input", "[1]"],
    ["task", "submit", "x", "--type", "t", "--input", "{"],
    ["task", "submit", "x", "--type", "t", "--depends-on", "nonsense"],
    ["task", "submit", "x", "--type", "t", "--deadline", "soon"],
    ["task", "submit", " ", "--type", "t"],
    ["task", "complete", "t1", "--result", "{}", "--failed", "x"],
    ["task", "list", "--status", "nearly"],
    ["task", "show", "12"],
  ];
  for (const args of bad) {
    const { code, stderr } = await workspace.pod(args);
    expect([code, args, stderr.length > 0]).toEqual([2, args, true]);
  }
  expect((await workspace.pod(["task", "show", "t999"])).code).toBe(3);
  const unknown = ["task", "submit", "x", "--type", "t", "--depends-on", "t999"];
  expect((await workspace.pod(unknown)).code).toBe(3);
  expect((await read(workspace, TasksJson, "task", "list")).tasks).toEqual([]);
}, 60_000);
