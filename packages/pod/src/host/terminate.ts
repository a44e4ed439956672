/**
 * Ending a pod from outside: the ladder for its own process, then whatever else carries its mark.
 * Done only when the process was reaped and nothing of it is left.
 */
import { endByLadder, settlesWithin } from "../process/ladder.ts";
import { killLeftovers, type PodMark } from "../process/mark.ts";
import { isAlive, type ProcessIdentity, send } from "../process/table.ts";

export interface Terminable {
  readonly mark: PodMark;
  readonly process: ProcessIdentity;
  readonly exited: Promise<unknown>;
}

/** A pod that ignores SIGTERM holds its scope this much longer. */
const termGraceMs = 2_000;

export async function terminate(target: Terminable, graceMs = termGraceMs): Promise<void> {
  const endsWithin = (limitMs: number) => settlesWithin(target.exited, limitMs);
  await endByLadder({ signal: (signal) => signalGroup(target, signal), endsWithin }, graceMs);
  await target.exited;
  await killLeftovers(target.mark);
}

/** SIGKILL to the whole group, at once. */
export function killGroup(target: Terminable): void {
  signalGroup(target, "SIGKILL");
}

/** The pod's own group: what its agent started is the pod's to end while the pod can. */
function signalGroup({ process: leader }: Terminable, signal: NodeJS.Signals): void {
  if (isAlive(leader)) send(-leader.pid, signal);
}
