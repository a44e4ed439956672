/**
 * The mark in the environment of everything that runs inside a pod. It outlives sessions, groups
 * and parents; a process that scrubbed its environment is not found by it.
 */
import { readFile } from "node:fs/promises";
import { diesWithin } from "./ladder.ts";
import {
  isAlive,
  isOutOfReach,
  pidsNow,
  type ProcessIdentity,
  send,
  startTimeOf,
} from "./table.ts";

/** What every process of a pod carries: ids repeat from one workspace to the next. */
export interface PodMark {
  readonly pod: string;
  readonly stateDir: string;
}

export interface MarkedProcess extends ProcessIdentity {
  readonly pod: string;
}

/** Each round reaches what those of the round before started in their last moments. */
const maxKillRounds = 10;

export function markOf({ pod, stateDir }: PodMark): Record<"POD_ID" | "POD_STATE_DIR", string> {
  return { POD_ID: pod, POD_STATE_DIR: stateDir };
}

/** Processes whose environment at start held a mark of this workspace. */
export async function markedProcesses(stateDir: string): Promise<MarkedProcess[]> {
  const found = await Promise.all(pidsNow().map((pid) => readMarked(pid, stateDir)));
  return found.filter((marked) => marked !== null);
}

/** Ends what a dead pod's agent and commands left running; answers how many there were. */
export async function killLeftovers({ pod, stateDir }: PodMark): Promise<number> {
  const ended = new Set<string>();
  for (let round = 0; round < maxKillRounds; round += 1) {
    const all = await markedProcesses(stateDir);
    const left = all.filter((marked) => marked.pod === pod && isAlive(marked));
    if (left.length === 0) break;
    for (const marked of left) {
      ended.add(`${marked.pid} ${marked.startTime}`);
      send(marked.pid, "SIGKILL");
    }
    await diesWithin(() => left.some(isAlive));
  }
  return ended.size;
}

async function readMarked(pid: string, stateDir: string): Promise<MarkedProcess | null> {
  const variables = (await readEnvironment(pid)).split("\0");
  if (!variables.includes(`POD_STATE_DIR=${stateDir}`)) return null;
  const pod = variables.find((variable) => variable.startsWith("POD_ID="))?.slice("POD_ID=".length);
  const startTime = startTimeOf(Number(pid));
  return pod === undefined || startTime === null ? null : { pid: Number(pid), startTime, pod };
}

/** Empty when the process went away meanwhile or is not ours to read. */
async function readEnvironment(pid: string): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/environ`, "utf8");
  } catch (cause) {
    if (isOutOfReach(cause)) return "";
    throw cause;
  }
}
