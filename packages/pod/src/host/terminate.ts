/**
 * The terminate ladder: SIGTERM to the group, a grace, SIGKILL to the group, then whatever else
 * carries the pod's mark. Done only when the process was reaped and nothing of it is left.
 */
import { isAlive, type PodMark, processesOfPod, type ProcessIdentity } from "./process-identity.ts";

export interface Terminable {
  readonly mark: PodMark;
  readonly process: ProcessIdentity;
  readonly exited: Promise<unknown>;
}

/** A pod that ignores SIGTERM holds its scope this much longer. */
export const termGraceMs = 2_000;

export async function terminate(target: Terminable, graceMs = termGraceMs): Promise<void> {
  await signalIfAlive(target.process, "SIGTERM");
  const gone = await endsWithin(target.exited, graceMs);
  if (!gone) await killGroup(target);
  await target.exited;
  await killLeftovers(target.mark);
}

/** SIGKILL to the whole group, at once. */
export async function killGroup(target: Terminable): Promise<void> {
  await signalIfAlive(target.process, "SIGKILL");
}

/** Ends what a dead pod's agent and commands left running, wherever they moved to. */
export async function killLeftovers(mark: PodMark): Promise<number> {
  const leftovers = await processesOfPod(mark);
  for (const process of leftovers) await signalIfAlive(process, "SIGKILL", "process");
  return leftovers.length;
}

async function signalIfAlive(
  target: ProcessIdentity,
  signal: NodeJS.Signals,
  reach: "group" | "process" = "group",
): Promise<void> {
  if (!(await isAlive(target))) return;
  try {
    process.kill(reach === "group" ? -target.pid : target.pid, signal);
  } catch (cause) {
    // It ended between the look and the signal: what was wanted.
    if ((cause as NodeJS.ErrnoException).code !== "ESRCH") throw cause;
  }
}

function endsWithin(exited: Promise<unknown>, deadlineMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), deadlineMs);
    void exited.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
