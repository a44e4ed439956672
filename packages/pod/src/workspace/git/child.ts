/**
 * One git process: started in its own group, bounded in time and output, always reaped.
 * It knows nothing of git's commands; `git.ts` gives it arguments and environment.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { send } from "../../process/table.ts";
import { maxGitErrorBytes, terminateGraceMs } from "../limits.ts";
import { GitFault, type GitFaultCode } from "./fault.ts";

export interface ChildCall {
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly input: string | Uint8Array | undefined;
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  readonly maxOutputBytes: number;
  /** At the bound: keep what came so far instead of throwing. */
  readonly truncate: boolean;
}

export interface ChildAnswer {
  readonly exitCode: number | null;
  readonly output: Buffer;
  readonly stderr: string;
  readonly truncated: boolean;
}

/** Runs git once. Throws `GitFault` when it cannot start, is too slow, too loud or aborted. */
export async function runChild(call: ChildCall): Promise<ChildAnswer> {
  const fault = (code: GitFaultCode, cause?: unknown) =>
    new GitFault(
      code,
      { args: call.args, directory: call.directory, exitCode: null, stderr: "" },
      cause,
    );
  if (call.signal?.aborted) throw fault("git_aborted", call.signal.reason);
  const child = spawn("git", call.args, {
    cwd: call.directory,
    env: call.environment,
    stdio: [call.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    detached: true,
  });
  let stopped: GitFaultCode | undefined;
  let ladder: NodeJS.Timeout | undefined;
  const stop = (code: GitFaultCode) => {
    if (stopped !== undefined) return;
    stopped = code;
    ladder = terminate(child);
  };
  const timer = setTimeout(() => stop("git_timeout"), call.deadlineMs);
  const abort = () => stop("git_aborted");
  call.signal?.addEventListener("abort", abort, { once: true });
  try {
    const answer = await collect(child, call, () => stop("git_output_too_large"));
    if (stopped === "git_output_too_large" && call.truncate) return { ...answer, truncated: true };
    if (stopped !== undefined) throw fault(stopped, call.signal?.reason);
    return answer;
  } catch (error) {
    throw error instanceof GitFault ? error : fault("git_missing", error);
  } finally {
    clearTimeout(timer);
    clearTimeout(ladder);
    call.signal?.removeEventListener("abort", abort);
  }
}

function collect(child: ChildProcess, call: ChildCall, tooMuch: () => void): Promise<ChildAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ChildAnswer>();
  const output: Buffer[] = [];
  let size = 0;
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    const room = call.maxOutputBytes - size;
    size += chunk.length;
    if (room > 0) output.push(chunk.subarray(0, room));
    if (size > call.maxOutputBytes) tooMuch();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-maxGitErrorBytes);
  });
  child.once("error", reject);
  child.once("close", (exitCode) => {
    resolve({ exitCode, output: Buffer.concat(output), stderr, truncated: false });
  });
  // A git that refuses before it has read its input closes the pipe; its exit code says why.
  child.stdin?.on("error", () => {});
  child.stdin?.end(call.input);
  return promise;
}

/** SIGTERM to the group, SIGKILL after the grace; the timer is the caller's to clear. */
function terminate(child: ChildProcess): NodeJS.Timeout {
  signalGroup(child, "SIGTERM");
  return setTimeout(() => signalGroup(child, "SIGKILL"), terminateGraceMs);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined) send(-child.pid, signal);
}
