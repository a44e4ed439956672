/** Every verb on a living pod and on an ended one, with the JSON that others rely on. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import {
  DiffJson,
  LifecycleJson,
  MergeJson,
  SendJson,
  SpawnJson,
  WaitJson,
  WhyJson,
} from "../../packages/cli/src/json/answers-json.ts";
import { HistoryJson, OperatorInboxJson } from "../../packages/cli/src/json/history-json.ts";
import { InspectJson } from "../../packages/cli/src/json/inspect-json.ts";
import { LocksJson } from "../../packages/cli/src/json/locks-json.ts";
import { LogsJson } from "../../packages/cli/src/json/logs-json.ts";
import { LogEventJson } from "../../packages/cli/src/json/log-event-json.ts";
import { PodsJson } from "../../packages/cli/src/json/pod-json.ts";
import {
  DoctorJson,
  InitJson,
  PlanCheckJson,
  VersionJson,
  WhereJson,
} from "../../packages/cli/src/json/upkeep-json.ts";
import { jsonLines, ScratchWorkspace } from "./scratch-workspace.ts";
import { verifies } from "../requirements.ts";

const files = { "src/a.txt": "a\n" };

/** Writes a file, then holds its turn until the file `go` is there. */
const holding = (workspace: ScratchWorkspace) =>
  `echo began; echo 1 > src/new.txt; ${untilFile(workspace, "go")}`;

const untilFile = (workspace: ScratchWorkspace, name: string) =>
  `until [ -e ${workspace.beside(name)} ]; do sleep 0.05; done`;

async function spawnHolding(workspace: ScratchWorkspace): Promise<void> {
  const command = ["--", "sh", "-c", holding(workspace)];
  const answer = await workspace.pod(["spawn", "holder", "--scope", "src", "--json", ...command]);
  SpawnJson.parse(JSON.parse(answer.stdout));
}

const read = async <S extends z.ZodType>(
  workspace: ScratchWorkspace,
  schema: S,
  ...args: string[]
): Promise<z.output<S>> => schema.parse(await workspace.json(...args));

test(`${verifies("R128", "R219")}a pod from its spawn to its merge`, async () => {
  await using workspace = new ScratchWorkspace(files);
  const see = workspace.start(["events", "-f", "--since", "0"]);
  await spawnHolding(workspace);
  const running = see.printed(/pod\.turn_admitted/);
  await running;
  const { pods } = await read(workspace, PodsJson, "ps");
  expect(pods).toMatchObject([
    { name: "holder", state: "running", scope: ["src"], agent: "shell" },
  ]);
  const held = await read(workspace, InspectJson, "inspect", "@last");
  expect(held.pod.id).toBe(pods[0]?.id);
  const busy = await workspace.pod(["wait", "holder", "--timeout", "0.1"]);
  expect(busy.code).toBe(124);
  const why = await read(workspace, WhyJson, "why", "holder");
  expect(why.lines[0]).toContain("holder runs turn 1");
  expect((await workspace.pod(["merge", "holder"])).code).toBe(4);
  workspace.writeBeside("go", "");
  const waited = await read(workspace, WaitJson, "wait", "holder");
  expect(waited).toMatchObject({ timedOut: false, pods: [{ outcome: "finished", exitCode: 0 }] });
  expect((await workspace.pod(["logs", "holder"])).stdout).toContain("began");
  const diff = await read(workspace, DiffJson, "diff", "holder");
  expect(diff.pods[0]).toMatchObject({ files: [{ path: "src/new.txt", addedLines: 1 }] });
  const merged = await read(workspace, MergeJson, "merge", "holder");
  expect(merged.merges).toMatchObject([{ state: "merged", landed: { branch: "main" } }]);
  expect(readFileSync(join(workspace.repository, "src/new.txt"), "utf8")).toBe("1\n");
  see.kill("SIGINT");
  const lines = (await see.ended).stdout.trim().split("\n");
  const events = lines.map((line) => LogEventJson.parse(JSON.parse(line)));
  expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
});

test("messages: sent, shown, listed, and steered past an idle pod's budget", async () => {
  await using workspace = new ScratchWorkspace(files);
  await workspace.pod(["spawn", "hearer", "--wait", "--", "true"]);
  const words = ["send", "hearer", "hello there", "--wait", "shown", "--json"];
  const sent = SendJson.parse(JSON.parse((await workspace.pod(words)).stdout));
  expect(sent).toMatchObject({ pod: "hearer", state: "shown", turn: 2 });
  const steered = await read(workspace, SendJson, "steer", "hearer", "and this");
  expect(["accepted", "queued", "shown"]).toContain(steered.state);
  await workspace.pod(["wait", "hearer"]);
  const inbox = await read(workspace, HistoryJson, "inbox", "hearer");
  expect(inbox.items.map((item) => item["message"])).toMatchObject([
    { text: "hello there" },
    { text: "and this" },
  ]);
  const quiet = await workspace.pod(["send", "hearer", "later", "--no-wake"]);
  expect(quiet.code).toBe(0);
  const living = await read(workspace, HistoryJson, "history", "hearer");
  await read(workspace, LifecycleJson, "stop", "hearer");
  const ended = await read(workspace, HistoryJson, "history", "hearer");
  expect(ended.items.slice(0, living.items.length)).toEqual(living.items);
  const told = await read(workspace, OperatorInboxJson, "inbox", "--operator");
  expect(told.entries.at(-1)?.event).toMatchObject({ kind: "shut_down", cause: "requested" });
  expect((await workspace.pod(["send", "hearer", "too late"])).code).toBe(4);
});

test(`${verifies("R127")}pause, resume and stop --all; followers end with the pod`, async () => {
  await using workspace = new ScratchWorkspace(files);
  const hold = (name: string) => `  - run_command: { command: "${untilFile(workspace, name)}" }`;
  const steps = ["on_run:", "  - run_command: { command: echo began }", hold("go")];
  const script = [...steps, "  - say: went on", hold("never"), ""].join("\n");
  workspace.write({ "agent.yaml": script });
  const agentOption = ["--agent", "script:agent.yaml", "--task", "hold"];
  const spawned = await workspace.pod(["spawn", "holder", ...agentOption]);
  expect(spawned).toHaveProperty("code", 0);
  const output = workspace.start(["logs", "holder", "-f"]);
  const control = workspace.start(["logs", "holder", "-f", "--lane", "control"]);
  const agent = workspace.start(["logs", "holder", "-f", "--lane", "agent"]);
  await output.printed(/began/);
  const paused = await read(workspace, LifecycleJson, "pause", "holder");
  expect(paused.pods).toMatchObject([{ name: "holder", done: true }]);
  workspace.writeBeside("go", "");
  await control.printed(/"state":"paused"/);
  expect((await workspace.pod(["pause", "holder"])).code).toBe(4);
  await read(workspace, LifecycleJson, "resume", "holder");
  await agent.printed(/says: went on/);
  const stopped = await read(workspace, LifecycleJson, "stop", "--all");
  expect(stopped.pods).toMatchObject([{ name: "holder", done: true, detail: "requested" }]);
  for (const follower of [output, control, agent]) await follower.ended;
  expect((await agent.ended).stdout).toContain("turn begins");
  expect((await workspace.pod(["serve", "--status"])).code).toBe(69);
});

test("kill: the worktree stays, and what it had not committed is in the diff", async () => {
  await using workspace = new ScratchWorkspace(files);
  await spawnHolding(workspace);
  await workspace.start(["logs", "holder", "-f"]).printed(/began/);
  const locks = await read(workspace, LocksJson, "locks");
  expect(locks.version).toBe(1);
  const killed = await read(workspace, LifecycleJson, "kill", "holder");
  expect(killed.pods).toMatchObject([{ done: true, detail: "killed" }]);
  expect((await workspace.pod(["wait", "holder"])).code).toBe(137);
  const diff = await read(workspace, DiffJson, "diff", "holder", "--stat");
  expect(diff.pods[0]?.files).toMatchObject([{ path: "src/new.txt" }]);
});

test("inside a pod: its children and only they, with its own rights", async () => {
  await using workspace = new ScratchWorkspace(files);
  const script = [
    "pod spawn kid --scope src -- sh -c 'echo kid works' >/dev/null",
    "pod ps | cut -f1 | tr '\\n' ' '; echo",
    "pod send kid hello; pod wait kid; echo wait $?",
    "pod logs kid",
    "pod stop kid >/dev/null; echo stop $?",
    "pod stop other >/dev/null; echo other $?",
    "pod steer kid x; echo steer $?",
  ];
  await workspace.pod(["spawn", "other", "--wait", "--", "true"]);
  const command = ["--", "sh", "-c", script.join("\n")];
  await workspace.pod(["spawn", "parent", "--scope", "src", "--wait", ...command]);
  const { stdout } = await workspace.pod(["logs", "parent"]);
  expect(stdout).toContain("NAME kid");
  expect(stdout).toContain("wait 0");
  expect(stdout).toContain("kid works");
  expect(stdout).toMatch(/stop 0/);
  expect(stdout).toMatch(/other 3/);
  expect(stdout).toMatch(/steer 5/);
  const tree = (await workspace.pod(["logs", "parent", "--tree"])).stdout.trimEnd().split("\n");
  expect(tree).toContain("kid | kid works");
  expect(tree).toContain("parent | stop 0");
  expect(tree.filter((line) => !/^(parent|kid) \| /.test(line))).toEqual([]);
});

test("logs --json: one object a line, of the output and of both lanes", async () => {
  await using workspace = new ScratchWorkspace(files);
  await workspace.pod(["spawn", "talker", "--wait", "--", "echo", "größe"]);
  const linesOf = async (...args: string[]) => {
    const { stdout, code } = await workspace.pod(["logs", "talker", "--json", ...args]);
    expect(code).toBe(0);
    return jsonLines(stdout).map((line) => LogsJson.parse(line));
  };
  expect(await linesOf()).toEqual([{ pod: "talker", output: "größe\n" }]);
  const agent = await linesOf("--lane", "agent");
  expect(agent[0]).toMatchObject({ item: { seq: 1, turn: 1, at: expect.any(String) } });
  const control = await linesOf("--lane", "control");
  expect(control.map((line) => "event" in line && line.event.kind)).toContain("pod.turn_ended");
});

describe("upkeep", () => {
  test("init writes once, where says where, version and plan check have their shapes", async () => {
    const plan = "version: 1\ntasks: [{ id: one, agent: shell, task: 'true' }]\n";
    await using workspace = new ScratchWorkspace({ ...files, "plan.yaml": plan });
    const made = await read(workspace, InitJson, "init");
    expect((await workspace.pod(["init"])).code).toBe(4);
    const where = await read(workspace, WhereJson, "where");
    expect(where.paths["state"]).toBe(made.stateDir);
    expect((await read(workspace, VersionJson, "version")).protocol).toBe(1);
    const check = await read(workspace, PlanCheckJson, "plan", "check", "plan.yaml");
    expect(check.order).toEqual([["one"]]);
    expect((await workspace.pod(["spawn", "x", "--wait", "--", "true"])).code).toBe(0);
  });

  test("doctor is well in a fresh repository, and names a server that was killed", async () => {
    await using workspace = new ScratchWorkspace(files);
    await read(workspace, DoctorJson, "doctor");
    await workspace.pod(["ps"]);
    await workspace.pod(["events"]);
    const status = await workspace.json<{ pid: number }>("serve", "--status");
    process.kill(status.pid, "SIGKILL");
    const { stdout, code } = await workspace.pod(["doctor", "--json"]);
    const answer = DoctorJson.parse(JSON.parse(stdout));
    expect(code).toBe(1);
    expect(answer.checks.filter((check) => !check.ok)).toMatchObject([{ name: "coordinator" }]);
  });

  test.each(["bash", "zsh", "fish"])("completion for %s names verbs and choices", async (shell) => {
    await using workspace = new ScratchWorkspace(files);
    const { stdout, code } = await workspace.pod(["completion", shell]);
    expect(code).toBe(0);
    for (const word of ["run", "why", "completion", "squash"]) expect(stdout).toContain(word);
  });
});

describe("what is wrong is said", () => {
  test("a pod nobody knows, a mistyped one, an ambiguous prefix, a verb that is none", async () => {
    await using workspace = new ScratchWorkspace(files);
    await workspace.pod(["spawn", "parser", "-d", "--", "true"]);
    expect(await workspace.pod(["inspect", "nobody"])).toMatchObject({ code: 3 });
    const near = await workspace.pod(["inspect", "parsre"]);
    expect(near.stderr).toContain("did you mean parser?");
    await workspace.pod(["spawn", "second", "--wait", "--", "true"]);
    const many = await workspace.pod(["inspect", "p"]);
    expect(many).toMatchObject({ code: 2 });
    expect(many.stderr).toMatch(/'p' could be p\w+ \(parser\), p\w+ \(second\)/);
    const verb = await workspace.pod(["evnts"]);
    expect(verb).toMatchObject({ code: 2 });
    expect(verb.stderr).toContain("Did you mean events?");
  });

  test("no repository, a repository without a commit, a state folder that is a file", async () => {
    await using workspace = new ScratchWorkspace({ ...files, "plan.yaml": "version: 1\n" });
    const outside = await workspace.start(["ps"], { cwd: workspace.beside(".") }).ended;
    expect(outside).toMatchObject({ code: 3 });
    expect(outside.stderr).toContain("not inside a git repository");
    const doctor = await workspace.start(["doctor"], { cwd: workspace.beside(".") }).ended;
    expect(doctor).toMatchObject({ code: 1 });
    const environment = { POD_HOME: join(workspace.repository, "plan.yaml") };
    const blocked = await workspace.start(["ps"], { environment }).ended;
    expect(blocked).toMatchObject({ code: 1 });
    expect(blocked.stderr).toContain("cannot write the state folder");
  });
});
