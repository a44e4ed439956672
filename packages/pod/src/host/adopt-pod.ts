/**
 * Taking over a pod that an earlier host process started: its boot file says what it was asked to
 * be, the log which process it is. Its exit is noticed, though not how it exited: only the process
 * that started another one is told.
 */
import type { PodRecord } from "@podlane/protocol";
import { readBootFile } from "./boot-file.ts";
import type { HostSetting } from "./host-setting.ts";
import type { LaunchedPod, RawExit } from "./pod-process.ts";
import { isAlive, type ProcessIdentity } from "../process/table.ts";
import type { StartOrder } from "./start-pod.ts";

/** The exit of an adopted pod is noticed this late at most; each look reads one file. */
const lookEveryMs = 250;

export interface AdoptedPod {
  readonly order: StartOrder;
  readonly launched: LaunchedPod;
  readonly worktree: string;
}

/** Null for a pod that no process of which is on the log. */
export async function adoptPod(
  record: PodRecord,
  setting: HostSetting,
): Promise<AdoptedPod | null> {
  const { process } = record;
  if (process === null) return null;
  const boot = await readBootFile(record.id, setting);
  const { pod, generation, parent, path, scope, spec, socket, worktree } = boot;
  const order = { pod, generation, attempt: 1, parent, path, scope, spec };
  const booted = Promise.resolve({ kind: "ready", socket } as const);
  return { order, launched: { process, booted, exited: gone(process) }, worktree };
}

async function gone(process: ProcessIdentity): Promise<RawExit> {
  while (isAlive(process)) await pause();
  return { code: null, signal: null };
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, lookEveryMs);
  });
}
