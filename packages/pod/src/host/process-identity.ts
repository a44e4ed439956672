/**
 * Which process a pid means: pid plus start time, so that a reused pid is never taken for ours.
 * Linux reads `/proc` (proc(5)); elsewhere the start time is empty and the pid alone decides.
 */
import { readdir, readFile } from "node:fs/promises";

export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

/** Field 22 of `/proc/PID/stat`, in clock ticks since boot; null: there is no such process. */
export async function startTimeOf(pid: number): Promise<string | null> {
  const fields = await statFields(pid);
  // After the closing parenthesis of the name: state is field 3, so field 22 is at index 19.
  return fields?.[19] ?? null;
}

/** A zombie is dead: it only waits for its parent to read its exit. */
export async function isAlive(process: ProcessIdentity): Promise<boolean> {
  const fields = await statFields(process.pid);
  return fields !== null && fields[0] !== "Z" && fields[19] === process.startTime;
}

/** What every process of a pod carries: ids repeat from one workspace to the next. */
export interface PodMark {
  readonly pod: string;
  readonly stateDir: string;
}

export function markOf({ pod, stateDir }: PodMark): Record<"POD_ID" | "POD_STATE_DIR", string> {
  return { POD_ID: pod, POD_STATE_DIR: stateDir };
}

/**
 * Processes whose environment at start held the pod's mark: what a dead pod left behind, whatever
 * session or group it moved to. A process that scrubbed its environment is not found.
 */
export async function processesOfPod(mark: PodMark): Promise<ProcessIdentity[]> {
  const pids = (await readdir("/proc")).filter((name) => /^[0-9]+$/.test(name)).map(Number);
  const wanted = Object.entries(markOf(mark)).map(([name, value]) => `${name}=${value}`);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readProc(pid, "environ");
      const variables = new Set(environment?.split("\0"));
      if (!wanted.every((variable) => variables.has(variable))) return [];
      const startTime = await startTimeOf(pid);
      return startTime === null ? [] : [{ pid, startTime }];
    }),
  );
  return found.flat();
}

async function statFields(pid: number): Promise<string[] | null> {
  const stat = await readProc(pid, "stat");
  return stat === null ? null : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** Null when the process went away meanwhile or is not ours to read. */
async function readProc(pid: number, name: string): Promise<string | null> {
  try {
    return await readFile(`/proc/${pid}/${name}`, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ESRCH" || code === "EACCES" || code === "EPERM") return null;
    throw cause;
  }
}
