/**
 * `run_command`: a shell command in the worktree, in a process group of its own that is gone when
 * the tool answers. What it writes is not gated here (that is the sandbox's work): files it leaves
 * outside the scope are named in the answer, and are never committed.
 */
import { refused, type Artifact, type ErrorCode, type Outcome } from "@podlane/protocol";
import { z } from "zod";
import { OutputCapture } from "../process/output-capture.ts";
import { startGroup, type GroupExit, type ProcessGroup } from "../process/start-group.ts";
import { captureOutput, closePipes } from "../process/output.ts";
import { changesSince, snapshotDirty } from "./dirty-files.ts";
import * as limits from "./limits.ts";
import { gatePath } from "./path.ts";
import { refusal } from "./result.ts";
import { defineTool, type ToolCall } from "./tool.ts";

const RunCommand = z.object({
  command: z.string().min(1).max(limits.maxCommandBytes),
  /** Folder to run in. */
  cwd: z.string().default("."),
  /** Work units held while it runs, such as `proc:test`. */
  claims: z.array(z.string().min(1)).max(64).default([]),
  timeout_seconds: z
    .number()
    .positive()
    .max(limits.maxCommandSeconds)
    .default(limits.defaultCommandSeconds),
});

const kept = { headBytes: limits.commandHeadBytes, tailBytes: limits.commandTailBytes };
const shown = { headBytes: limits.shownHeadBytes, tailBytes: limits.shownTailBytes };

type EndedBy = "exit" | "timeout" | "interrupted";

interface Ended {
  readonly by: EndedBy;
  readonly exit: GroupExit;
  readonly output: Buffer;
  readonly totalBytes: number;
  readonly durationMs: number;
}

export const runCommand = defineTool({
  name: "run_command",
  description:
    "Runs a shell command (sh -c) in the worktree. Everything it started is ended with it. Long " +
    "output is cut in the answer and whole in the artifact.",
  params: RunCommand,
  annotations: { readOnly: false, destructive: true, idempotent: false },
  async run(params, call) {
    const cwd = await gatePath(call.ports.worktree, params.cwd);
    if (!cwd.ok) return refusal(cwd.error);
    if (cwd.value.stats?.isDirectory() !== true) {
      return refusal({ code: "not_found", message: `there is no directory ${params.cwd}` });
    }
    if (params.claims.length > 0) {
      const claimed = await call.ports.ensureClaims(params.claims, call.signal);
      if (!claimed.ok) return refusal(claimed.error);
    }
    const before = await snapshotDirty(call.ports);
    const ended = await runToEnd(params, cwd.value.path, call);
    if (!ended.ok) return refusal(ended.error);
    const changes = await changesSince(before, call.ports);
    if (changes.inScope.length > 0) call.ports.touched(changes.inScope, "write");
    const artifact = await call.ports.artifacts.put(ended.value.output, {
      kind: "output",
      mediaType: "text/plain",
      label: params.command.slice(0, 400),
    });
    return answer(ended.value, changes.outOfScope, artifact);
  },
});

async function runToEnd(
  params: z.output<typeof RunCommand>,
  cwd: string,
  call: ToolCall,
): Promise<Outcome<Ended>> {
  if (call.signal.aborted) return refused("interrupted", "the turn was ended before the command");
  const startedMs = call.ports.nowMs();
  const started = await startGroup({
    file: "/bin/sh",
    args: ["-c", params.command],
    cwd: `${call.ports.worktree}/${cwd}`,
    environment: call.ports.environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (!started.ok) return refused("internal", `/bin/sh: ${started.failure.message}`);
  const { group } = started;
  const capture = captureOutput(group, kept, (text, before) => {
    if (before.totalBytes < limits.commandHeadBytes) call.ports.output(text);
  });
  const by = await waitForEnd(group, params.timeout_seconds * 1_000, call.signal);
  const isGone = await group.terminate(call.ports.graceMs);
  if (!isGone) return refused("internal", `process group ${group.pid} does not end`);
  const exit = await group.exited;
  await closePipes(group);
  const durationMs = call.ports.nowMs() - startedMs;
  const { totalBytes } = capture;
  return { ok: true, value: { by, exit, output: capture.bytes(), totalBytes, durationMs } };
}

async function waitForEnd(
  group: ProcessGroup,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<EndedBy> {
  const { promise, resolve } = Promise.withResolvers<EndedBy>();
  const timer = setTimeout(() => resolve("timeout"), timeoutMs);
  const abort = () => resolve("interrupted");
  signal.addEventListener("abort", abort, { once: true });
  void group.exited.then(() => resolve("exit"));
  if (signal.aborted) abort();
  const by = await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", abort);
  return by;
}

function answer(ended: Ended, outOfScope: readonly string[], artifact: Artifact) {
  const ok = ended.by === "exit" && ended.exit.code === 0;
  const code: ErrorCode | null = ended.by === "exit" ? null : ended.by;
  const text = [describeEnd(ended), showOutput(ended.output), describeStrays(outOfScope)];
  return {
    ok,
    code,
    text: text.filter((part) => part !== "").join("\n"),
    content: {
      exit_code: ended.exit.code,
      signal: ended.exit.signal,
      timed_out: ended.by === "timeout",
      duration_ms: ended.durationMs,
      output_bytes: ended.totalBytes,
      out_of_scope: outOfScope,
    },
    artifacts: [artifact],
  };
}

function describeEnd(ended: Ended): string {
  if (ended.by === "timeout") return "timed out; the command and all it started were ended";
  if (ended.by === "interrupted") return "interrupted; the command and all it started were ended";
  return ended.exit.signal === null ? `exit ${ended.exit.code}` : `ended by ${ended.exit.signal}`;
}

function showOutput(output: Buffer): string {
  const capture = new OutputCapture(shown);
  capture.add(output);
  return capture.bytes().toString().trimEnd();
}

function describeStrays(paths: readonly string[]): string {
  if (paths.length === 0) return "";
  const named = paths.slice(0, limits.maxNamedPaths).join(", ");
  const rest =
    paths.length > limits.maxNamedPaths ? ` and ${paths.length - limits.maxNamedPaths} more` : "";
  return `outside this pod's scope, and never committed: ${named}${rest}`;
}
