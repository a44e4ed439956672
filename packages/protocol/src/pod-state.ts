/**
 * The states of a pod, the moves between them, and what a waiting pod waits for.
 */
import { z } from "zod";

export const PodState = z.enum([
  "starting",
  "idle",
  "running",
  "paused",
  "parked",
  "restarting",
  "stopping",
  "stopped",
  "crashed",
]);
export type PodState = z.infer<typeof PodState>;

export const WaitReason = z.enum([
  "claim",
  "scope",
  "permission",
  "quota",
  "admission",
  "dependency",
  "child",
  "merge",
  "coordinator",
  "budget",
]);
export type WaitReason = z.infer<typeof WaitReason>;

export const Waiting = z.object({
  reason: WaitReason,
  /** Whom or what it waits for: pod ids, claim ids, unit keys. */
  on: z.array(z.string()).max(64),
  /** It is over as soon as one of them is; absent: when all are. */
  mode: z.literal("any").optional(),
  sinceMs: z.int(),
});
export type Waiting = z.infer<typeof Waiting>;

const moves: Readonly<Record<PodState, readonly PodState[]>> = {
  starting: ["idle", "stopping", "stopped", "crashed", "restarting"],
  idle: ["running", "parked", "stopping", "stopped", "crashed", "restarting"],
  running: ["idle", "paused", "stopping", "stopped", "crashed", "restarting"],
  paused: ["running", "idle", "stopping", "stopped", "crashed", "restarting"],
  parked: ["starting", "stopping", "stopped", "crashed"],
  restarting: ["starting", "stopping", "stopped", "crashed"],
  stopping: ["stopped", "crashed", "restarting"],
  stopped: [],
  crashed: [],
};

export function canMove(from: PodState, to: PodState): boolean {
  return moves[from].includes(to);
}

/** No process will ever act for this pod again. */
export function isTerminal(state: PodState): state is "stopped" | "crashed" {
  return state === "stopped" || state === "crashed";
}
