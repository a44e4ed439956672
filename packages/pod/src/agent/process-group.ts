/**
 * A process in a group of its own, and the ladder that ends the whole group: SIGTERM, a grace,
 * SIGKILL, and proof that nobody is left. What a descendant moves into a session of its own
 * (`setsid`) leaves the group and is only reached while its parent chain still leads here; a
 * sandbox with its own process table is what closes that gap.
 */
import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { descendantsOf, hasLivingMember, type ProcessIdentity, isSame } from "./process-table.ts";

/** How often a group is looked at while it ends. More often costs reads of the process table. */
const pollMs = 10;
/** After SIGKILL only a process stuck in the kernel stays; waiting longer would hang the pod. */
const killDeadlineMs = 5_000;

export interface GroupCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing is inherited beside it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly stdio: StdioOptions;
}

export interface GroupExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ProcessGroup {
  readonly pid: number;
  readonly child: ChildProcess;
  /** The first process has ended; others of the group may live on. */
  readonly exited: Promise<GroupExit>;
  /**
   * Ends every process of the group. Repeated calls share the first one's ladder. Resolves to
   * whether the group is proven gone; false only for processes stuck in the kernel.
   */
  terminate(graceMs: number): Promise<boolean>;
}

/** The program could not be started: `code` is the system's (`ENOENT`, `EACCES`, …). */
export interface StartFailure {
  readonly code: string;
  readonly message: string;
}

export type StartResult =
  | { readonly ok: true; readonly group: ProcessGroup }
  | { readonly ok: false; readonly failure: StartFailure };

/** Starts a program as the leader of a new group; resolves once it runs, or could not. */
export async function startGroup(command: GroupCommand): Promise<StartResult> {
  const child = spawn(command.file, command.args, {
    cwd: command.cwd,
    env: command.environment,
    stdio: command.stdio,
    detached: true,
  });
  const exited = new Promise<GroupExit>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const failure = await new Promise<StartFailure | null>((resolve) => {
    child.once("spawn", () => resolve(null));
    child.once("error", (error: NodeJS.ErrnoException) =>
      resolve({ code: error.code ?? "EUNKNOWN", message: error.message }),
    );
  });
  if (failure !== null || child.pid === undefined) {
    return { ok: false, failure: failure ?? { code: "EUNKNOWN", message: "no process id" } };
  }
  return { ok: true, group: asGroup(child, child.pid, exited) };
}

function asGroup(child: ChildProcess, pid: number, exited: Promise<GroupExit>): ProcessGroup {
  let ending: Promise<boolean> | undefined;
  return {
    pid,
    child,
    exited,
    terminate: (graceMs) => (ending ??= endGroup(pid, graceMs)),
  };
}

async function endGroup(pgid: number, graceMs: number): Promise<boolean> {
  const strays = descendantsOf(pgid);
  signalAll(pgid, strays, "SIGTERM");
  if (await isGoneWithin(pgid, strays, graceMs)) return true;
  const last = [...strays, ...descendantsOf(pgid)];
  signalAll(pgid, last, "SIGKILL");
  return isGoneWithin(pgid, last, killDeadlineMs);
}

async function isGoneWithin(
  pgid: number,
  strays: readonly ProcessIdentity[],
  limitMs: number,
): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (hasLivingMember(pgid) || strays.some(isSame)) {
    if (performance.now() >= deadline) return false;
    await delay(pollMs);
  }
  return true;
}

function signalAll(pgid: number, strays: readonly ProcessIdentity[], signal: NodeJS.Signals): void {
  if (hasLivingMember(pgid)) send(-pgid, signal);
  for (const stray of strays) if (isSame(stray)) send(stray.pid, signal);
}

function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
