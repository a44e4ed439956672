/**
 * The process table, and which process a pid means: pid plus start time, so that a reused pid is
 * never taken for ours. Linux reads `/proc` (proc(5)); elsewhere only existence can be asked.
 */
import { readdirSync, readFileSync } from "node:fs";

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot; empty where there is no `/proc`, and the pid alone decides. */
  readonly startTime: string;
}

export interface ProcessRow extends ProcessIdentity {
  /** A zombie is dead: it only waits for its parent to read its exit. */
  readonly isAlive: boolean;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
}

const hasTable = process.platform === "linux";

/** Whose pid this is now; null: nobody's. */
export function startTimeOf(pid: number): string | null {
  if (!hasTable) return exists(pid) ? "" : null;
  return readRow(String(pid))?.startTime ?? null;
}

/** Whether this very process, and not a later one with its number, still runs. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  if (!hasTable) return exists(pid);
  const row = readRow(String(pid));
  return row !== null && row.isAlive && row.startTime === startTime;
}

/** Every process of the machine; null where there is no `/proc`. */
export function readTable(): ProcessRow[] | null {
  return hasTable
    ? pidsNow()
        .map(readRow)
        .filter((row) => row !== null)
    : null;
}

/** Pids of the moment, as `/proc` spells them. */
export function pidsNow(): string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
}

/** Whether a process, or with a negative number a group, exists. */
export function exists(target: number): boolean {
  try {
    process.kill(target, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Signals a process, or with a negative number a group; that it has ended is no fault. */
export function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ESRCH") throw cause;
  }
}

/** Whether a read failed because the process went away meanwhile or is not ours to read. */
export function isOutOfReach(cause: unknown): boolean {
  const { code } = cause as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ESRCH" || code === "EACCES" || code === "EPERM";
}

/** Null when the process has gone meanwhile. Fields as in proc_pid_stat(5). */
function readRow(pid: string): ProcessRow | null {
  const line = readStat(pid);
  // The command name, in parentheses, may itself hold spaces and parentheses.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group, session] = fields;
  const startTime = fields[19];
  if (startTime === undefined) return null;
  return {
    pid: Number(pid),
    startTime,
    isAlive: state !== "Z" && state !== "X",
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
  };
}

function readStat(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch (cause) {
    if (isOutOfReach(cause)) return "";
    throw cause;
  }
}
