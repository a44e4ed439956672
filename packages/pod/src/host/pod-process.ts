/**
 * One pod process from fork to reaped: own session and group, stdio in files (it must outlive its
 * host's terminal), and a start handshake on descriptor 3 with a deadline.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { openSync, closeSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { accepted, type Outcome, type PodProcess, refused } from "@podlane/protocol";
import { BootReport } from "./boot-file.ts";
import { startTimeOf } from "../process/table.ts";

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

/** Refuses `unavailable` when the system cannot start the program. */
export async function launchPod(options: LaunchOptions): Promise<Outcome<LaunchedPod>> {
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
  return accepted({ process, booted: readBootReport(child, exited), exited });
}

function outcomeOfStart(child: ChildProcess): Promise<Outcome<number>> {
  return new Promise((resolve) => {
    child.once("spawn", () => resolve(accepted(child.pid ?? 0)));
    child.once("error", (cause) => {
      resolve(refused("unavailable", `cannot start a pod process: ${cause.message}`));
    });
  });
}

async function readBootReport(child: ChildProcess, exited: Promise<RawExit>): Promise<BootReport> {
  const pipe = child.stdio[3] as Readable;
  const firstLine = new Promise<string | null>((resolve) => {
    const lines = createInterface({ input: pipe });
    lines.once("line", resolve);
    lines.once("close", () => resolve(null));
    pipe.once("error", () => resolve(null));
  });
  const line = await firstLine;
  pipe.destroy();
  if (line !== null) return BootReport.parse(JSON.parse(line));
  const exit = await exited;
  return { kind: "failed", message: `the pod process ended at its start (${describeExit(exit)})` };
}

export function describeExit(exit: RawExit): string {
  return exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
}
