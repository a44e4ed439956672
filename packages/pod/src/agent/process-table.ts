/**
 * Who is alive, read from the process table: members of a group, descendants of a process.
 * On systems without `/proc` only the group as a whole can be asked about.
 */
import { readdirSync, readFileSync } from "node:fs";

export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot: tells a process from a later one with the same number. */
  readonly startTime: string;
}

interface ProcessRow extends ProcessIdentity {
  readonly state: string;
  readonly parent: number;
  readonly group: number;
}

/** Whether any process of the group still runs. One that is dead but not reaped does not count. */
export function hasLivingMember(pgid: number): boolean {
  try {
    process.kill(-pgid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  const rows = readTable();
  return rows === null || rows.some((row) => row.group === pgid && isAlive(row));
}

/** Living descendants that have left the group of `pid`; empty where there is no `/proc`. */
export function descendantsOf(pid: number): ProcessIdentity[] {
  const rows = readTable() ?? [];
  const family = new Set([pid]);
  for (const row of rows) if (row.group === pid) family.add(row.pid);
  let size: number;
  do {
    size = family.size;
    for (const row of rows) if (family.has(row.parent)) family.add(row.pid);
  } while (family.size > size);
  return rows.filter((row) => family.has(row.pid) && row.group !== pid && isAlive(row));
}

/** Whether this very process, and not a later one with its number, still runs. */
export function isSame(identity: ProcessIdentity): boolean {
  const row = readRow(String(identity.pid));
  return row !== null && row.startTime === identity.startTime && isAlive(row);
}

function isAlive(row: ProcessRow): boolean {
  return row.state !== "Z" && row.state !== "X";
}

function readTable(): ProcessRow[] | null {
  if (process.platform !== "linux") return null;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(readRow)
    .filter((row) => row !== null);
}

/** Null when the process has gone meanwhile. Fields as in proc_pid_stat(5). */
function readRow(pid: string): ProcessRow | null {
  let line: string;
  try {
    line = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return null;
  }
  // The command name, in parentheses, may itself hold spaces and parentheses.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined) return null;
  return { pid: Number(pid), state, parent: Number(parent), group: Number(group), startTime };
}
