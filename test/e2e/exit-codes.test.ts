/** What a pod's outcome says on the command line: its exit code, and the code of its error. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { OperatorInboxJson } from "../../packages/cli/src/json/history-json.ts";
import { ScratchWorkspace } from "./scratch-workspace.ts";

let workspace: ScratchWorkspace;

beforeAll(() => {
  workspace = new ScratchWorkspace({ "plain.txt": "not a program\n" });
});

afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
});

interface Case {
  readonly name: string;
  readonly run: readonly string[];
  readonly code: number;
  readonly error: { readonly code: string; readonly fatal: boolean };
}

/** A read of the inbox is a whole command. */
const patience = { timeout: 20_000 };
const command = (...words: string[]) => ["--", ...words];
const cases: readonly Case[] = [
  {
    name: "missing",
    run: command("no-such-program", "--x"),
    code: 127,
    error: { code: "not_found", fatal: true },
  },
  {
    name: "no-program",
    run: command("./plain.txt"),
    code: 126,
    error: { code: "denied", fatal: true },
  },
  {
    name: "shell-finds-none",
    run: command("sh", "-c", "no-such-program"),
    code: 127,
    error: { code: "not_found", fatal: true },
  },
  {
    name: "fails",
    run: command("sh", "-c", "echo why; exit 1"),
    code: 1,
    error: { code: "interrupted", fatal: false },
  },
];

async function errorOf(name: string) {
  const inbox = OperatorInboxJson.parse(await workspace.json("inbox", "--operator"));
  const events = inbox.entries.map(({ event }) => event as Record<string, unknown>);
  return events.findLast(({ kind, podName }) => kind === "errored" && podName === name);
}

test.each(cases)("a command: $name ends with $code", async ({ name, run, code, error }) => {
  const ended = await workspace.pod(["spawn", name, "--wait", ...run]);
  expect({ code: ended.code, stack: ended.stderr.includes("    at ") }).toEqual({
    code,
    stack: false,
  });
  expect((await workspace.pod(["wait", name])).code).toBe(code);
  await expect.poll(() => errorOf(name), patience).toMatchObject(error);
});

test.each([
  { name: "gives-up", step: "fail: no luck", error: { code: "interrupted", fatal: false } },
  { name: "dies", step: "crash: {}", error: { code: "unavailable", fatal: true } },
])("a script agent that $name ends with 1", async ({ name, step, error }) => {
  const path = workspace.writeBeside(`${name}.yaml`, `on_run:\n  - ${step}\n`);
  const spawned = ["spawn", name, "--agent", `script:${path}`, "--task", "go", "--wait"];
  expect(await workspace.pod(spawned)).toMatchObject({ code: 1 });
  await expect.poll(() => errorOf(name), patience).toMatchObject(error);
});
