/** A program started in a session and group of its own, which can be ended as a whole. */
import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { ProcessFamily } from "./family.ts";
import { diesWithin, endByLadder } from "./ladder.ts";
import { startTimeOf } from "./table.ts";

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
  const failure = await failureOf(child);
  const { pid } = child;
  if (failure !== null || pid === undefined) {
    return { ok: false, failure: failure ?? { code: "EUNKNOWN", message: "no process id" } };
  }
  // Its exit is read in a later turn of the event loop, so the pid is still its own.
  const family = new ProcessFamily({ pid, startTime: startTimeOf(pid) ?? "" });
  const exited = new Promise<GroupExit>((resolve) => {
    child.once("exit", (code, signal) => {
      family.leaderEnded();
      resolve({ code, signal });
    });
  });
  return { ok: true, group: { pid, child, exited, terminate: terminator(family) } };
}

function failureOf(child: ChildProcess): Promise<StartFailure | null> {
  return new Promise((resolve) => {
    child.once("spawn", () => resolve(null));
    child.once("error", (error: NodeJS.ErrnoException) =>
      resolve({ code: error.code ?? "EUNKNOWN", message: error.message }),
    );
  });
}

function terminator(family: ProcessFamily): ProcessGroup["terminate"] {
  let ending: Promise<boolean> | undefined;
  const target = {
    signal: (signal: NodeJS.Signals) => family.signal(signal),
    endsWithin: (limitMs: number) => diesWithin(() => family.lives, limitMs),
  };
  return (graceMs) => (ending ??= endByLadder(target, graceMs));
}
