/**
 * One pod process from fork to reaped: own session and group, stdio in files (it must outlive its
 * host's terminal), and a start handshake on descriptor 3: it says that it is ready, and acts only
 * when it is told to begin.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { openSync, closeSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Duplex } from "node:stream";
import { accepted, type Outcome, type PodProcess, refused } from "@podlane/protocol";
import { startTimeOf } from "../process/table.ts";
import { beginWord, BootReport } from "./boot-file.ts";

export interface LaunchOptions {
  /** Program and arguments; the boot file's path is appended. */
  readonly command: readonly string[];
  readonly bootFile: string;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RawExit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface LaunchedPod {
  readonly process: PodProcess;
  /** The handshake: ready, or why not. Resolves at the latest when the process ends. */
  readonly booted: Promise<BootReport>;
  /** Resolves when the process was reaped. */
  readonly exited: Promise<RawExit>;
}

/** Up or coming up, and idle until it is told that its workspace is whole. */
export interface WaitingPod extends LaunchedPod {
  begin(): void;
  /** It is not wanted: it ends without having acted. Resolves when it was reaped. */
  abandon(): Promise<void>;
}

/** Refuses `unavailable` when the system cannot start the program. */
export async function launchPod(options: LaunchOptions): Promise<Outcome<WaitingPod>> {
  const [program, ...args] = options.command;
  if (program === undefined) return refused("invalid_request", "no program to start a pod with");
  const stdio = [openSync(options.stdout, "a", 0o600), openSync(options.stderr, "a", 0o600)];
  const child = spawn(program, [...args, options.bootFile], {
    cwd: options.cwd,
    env: { ...options.environment },
    detached: true,
    stdio: ["ignore", ...stdio, "pipe"],
  });
  stdio.forEach(closeSync);
  const started = await outcomeOfStart(child);
  if (!started.ok) return started;
  const exited = new Promise<RawExit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const pid = started.value;
  const process = { pid, startTime: startTimeOf(pid) ?? "" };
  const channel = child.stdio[3] as Duplex;
  // A process that is gone cannot be told anything; its exit says so.
  channel.on("error", () => {});
  return accepted({
    process,
    booted: readBootReport(channel, exited),
    exited,
    begin: () => void channel.end(beginWord),
    abandon: async () => {
      channel.destroy();
      child.kill("SIGKILL");
      await exited;
    },
  });
}

function outcomeOfStart(child: ChildProcess): Promise<Outcome<number>> {
  return new Promise((resolve) => {
    child.once("spawn", () => resolve(accepted(child.pid ?? 0)));
    child.once("error", (cause) => {
      resolve(refused("unavailable", `cannot start a pod process: ${cause.message}`));
    });
  });
}

async function readBootReport(channel: Duplex, exited: Promise<RawExit>): Promise<BootReport> {
  const line = await new Promise<string | null>((resolve) => {
    const lines = createInterface({ input: channel });
    lines.once("line", resolve);
    lines.once("close", () => resolve(null));
    lines.on("error", () => resolve(null));
    channel.once("close", () => resolve(null));
  });
  if (line !== null) return BootReport.parse(JSON.parse(line));
  const exit = await exited;
  return { kind: "failed", message: `the pod process ended at its start (${describeExit(exit)})` };
}

export function describeExit(exit: RawExit): string {
  return exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
}
