/**
 * From a pod's record on the log to the durable result that a waiting call returns.
 */
import type { PodRecord } from "@podlane/protocol";
import type { PodResult } from "../tools/tool-host.ts";

export function resultOf(pod: PodRecord): PodResult {
  const common = { podId: pod.id, name: pod.name };
  const last = pod.lastTurn;
  if (pod.exit !== null && (last === null || pod.state === "crashed")) {
    const message = `${pod.exit.cause}: ${pod.exit.lastOutput}`.trim();
    return { ...common, outcome: "shut_down", result: last?.result ?? null, message };
  }
  if (last === null) return { ...common, outcome: "finished", result: null, message: null };
  return { ...common, outcome: last.outcome, result: last.result, message: last.message };
}
