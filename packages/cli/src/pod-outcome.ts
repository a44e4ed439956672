/** The exit code that a pod's outcome means: what `pod wait` and `pod spawn --wait` end with. */
import { constants } from "node:os";
import { exitCodes, type LastTurn, type PodRecord } from "@podlane/protocol";

export function exitCodeOfPod(pod: PodRecord): number {
  const { exit, lastTurn } = pod;
  if (exit !== null && pod.state === "crashed") {
    if (exit.cause === "timeout") return exitCodes.timedOut;
    if (exit.signal === null) return exitCodes.failed;
    return 128 + (constants.signals[exit.signal as NodeJS.Signals] ?? 0);
  }
  switch (lastTurn?.outcome) {
    case undefined:
    case "finished":
      return exitCodes.done;
    case "limit_reached":
      return exitCodes.budgetExhausted;
    case "paused":
    case "cancelled":
    case "rolled_back":
      return exitCodes.failed;
    case "errored":
      return exitCodeOfError(lastTurn);
  }
}

/** As a shell counts a command that it cannot find or run; what an agent failed at is just 1. */
function exitCodeOfError({ code, fatal }: LastTurn): number {
  if (fatal && code === "not_found") return exitCodes.commandNotFound;
  if (fatal && code === "denied") return exitCodes.notRunnable;
  return exitCodes.failed;
}
