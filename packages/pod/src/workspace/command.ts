/**
 * Running one command line of the plan (a gate, a set-up) to its end: own process group, deadline,
 * output to a file with a bound. It ends whatever the command left behind in its group.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { send } from "../process/table.ts";
import { withoutGitVariables } from "./git/environment.ts";
import {
  commandDeadlineMs,
  maxCommandOutputBytes,
  outputTailBytes,
  pipeGraceMs,
  terminateGraceMs,
} from "./limits.ts";

export interface RunCommand {
  /** Given to `sh -c`. */
  readonly command: string;
  readonly directory: string;
  /** Receives standard output and standard error, in the order they came. */
  readonly outputPath: string;
  /** This process's environment unless given; variables of git are always dropped. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly deadlineMs?: number;
  readonly maxOutputBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface CommandResult {
  readonly passed: boolean;
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why we ended it, if we did. */
  readonly stopped: "timeout" | "aborted" | null;
  readonly outputTail: string;
  readonly outputPath: string;
  /** More was written than kept. */
  readonly truncated: boolean;
  readonly durationMs: number;
}

/** A red command is a result; only a failure to start `sh` or to write the file throws. */
export async function runCommand(request: RunCommand): Promise<CommandResult> {
  await mkdir(dirname(request.outputPath), { recursive: true });
  const startedAt = performance.now();
  const output = new BoundedOutput(
    await open(request.outputPath, "w", 0o600),
    request.maxOutputBytes ?? maxCommandOutputBytes,
  );
  try {
    request.signal?.throwIfAborted();
    const end = await supervise(request, output);
    return {
      passed: end.exitCode === 0 && end.stopped === null,
      ...end,
      outputTail: output.tail(),
      outputPath: request.outputPath,
      truncated: output.truncated,
      durationMs: Math.round(performance.now() - startedAt),
    };
  } finally {
    await output.close();
  }
}

type End = Pick<CommandResult, "exitCode" | "signal" | "stopped">;

async function supervise(request: RunCommand, output: BoundedOutput): Promise<End> {
  const child = spawn("sh", ["-c", request.command], {
    cwd: request.directory,
    env: withoutGitVariables(request.environment ?? process.env),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let stopped: End["stopped"] = null;
  const timers: NodeJS.Timeout[] = [];
  const stop = (reason: "timeout" | "aborted") => {
    if (stopped !== null) return;
    stopped = reason;
    signalGroup(child, "SIGTERM");
    timers.push(setTimeout(() => signalGroup(child, "SIGKILL"), terminateGraceMs));
  };
  const abort = () => stop("aborted");
  timers.push(setTimeout(() => stop("timeout"), request.deadlineMs ?? commandDeadlineMs));
  request.signal?.addEventListener("abort", abort, { once: true });
  child.stdout?.on("data", (chunk: Buffer) => output.write(chunk));
  child.stderr?.on("data", (chunk: Buffer) => output.write(chunk));
  try {
    return { ...(await ended(child, timers)), stopped };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    request.signal?.removeEventListener("abort", abort);
  }
}

/** Resolves once the shell has exited and the pipes are closed, with what it left in its group. */
function ended(child: ChildProcess, timers: NodeJS.Timeout[]): Promise<Omit<End, "stopped">> {
  const { promise, resolve, reject } = Promise.withResolvers<Omit<End, "stopped">>();
  child.once("error", reject);
  child.once("exit", () => {
    signalGroup(child, "SIGKILL");
    // A descendant that left the group may hold the pipe for ever.
    const letGo = () => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    };
    timers.push(setTimeout(letGo, pipeGraceMs));
  });
  child.once("close", (exitCode, signal) => resolve({ exitCode, signal }));
  return promise;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined) send(-child.pid, signal);
}

/** Keeps the first bytes in a file and the last ones in memory. */
class BoundedOutput {
  readonly #file: FileHandle;
  readonly #limit: number;
  #written = 0;
  #tail: Buffer = Buffer.alloc(0);
  #pending: Promise<unknown> = Promise.resolve();
  truncated = false;

  constructor(file: FileHandle, limit: number) {
    this.#file = file;
    this.#limit = limit;
  }

  write(chunk: Buffer): void {
    this.#tail = Buffer.concat([this.#tail, chunk]).subarray(-outputTailBytes);
    const kept = chunk.subarray(0, Math.max(0, this.#limit - this.#written));
    this.#written += kept.length;
    this.truncated ||= kept.length < chunk.length;
    if (kept.length > 0) {
      this.#pending = this.#pending.then(() => this.#file.write(kept));
      // Reported by `close`; until then it must not count as unhandled.
      this.#pending.catch(() => {});
    }
  }

  tail(): string {
    return this.#tail.toString();
  }

  async close(): Promise<void> {
    try {
      await this.#pending;
    } finally {
      await this.#file.close();
    }
  }
}
