/** The exit code that a pod's outcome means: what `pod wait` and `pod spawn --wait` end with. */
import { constants } from "node:os";
import { exitCodes, type PodRecord } from "@podlane/protocol";

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
      return exitCodeOfError(pod);
  }
}

/** What a shell would say of a command that is not there, or cannot be run. */
function exitCodeOfError({ agent, lastTurn }: PodRecord): number {
  if (agent.driver !== "shell") return exitCodes.failed;
  if (lastTurn?.code === "not_found") return exitCodes.commandNotFound;
  return lastTurn?.code === "denied" ? exitCodes.notRunnable : exitCodes.failed;
}
