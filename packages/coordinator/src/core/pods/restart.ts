/**
 * Whether a death is the end. A pod that dies unasked starts again for as long as its policy has
 * restarts left within the window; then it is quarantined: crashed, for that reason.
 */
import { restartWindowMs } from "@podlane/protocol";
import type { PodExit, ShutDownCause } from "@podlane/protocol";
import type { LogEvent } from "../event.ts";
import type { Evolvers } from "../fact.ts";
import { freeTurn } from "../turns/slots.ts";
import { podOf } from "./evolve.ts";
import type { PodEntry } from "./pods-slice.ts";

/** Deaths that nobody asked for; a time limit is a wish of whoever set it. */
const failures: ReadonlySet<ShutDownCause> = new Set<ShutDownCause>([
  "crashed",
  "killed",
  "oom",
  "disk",
  "lost",
]);

/** Why the next generation starts, or null when this one was the last. */
export function restartOf(
  pod: PodEntry,
  exit: PodExit,
  nowMs: number,
): "failure" | "requested" | null {
  if (pod.stop !== null) return pod.stop.restart ? "requested" : null;
  if (!isFailure(pod, exit)) return null;
  return usedRestarts(pod, nowMs) < pod.spec.restart.maxRestarts ? "failure" : null;
}

/** It may restart after failures, failed, and has none left. */
export function isQuarantined(pod: PodEntry, exit: PodExit, nowMs: number): boolean {
  const { maxRestarts } = pod.spec.restart;
  if (pod.stop !== null || maxRestarts === 0 || !isFailure(pod, exit)) return false;
  return usedRestarts(pod, nowMs) >= maxRestarts;
}

export function usedRestarts(pod: PodEntry, nowMs: number): number {
  return withinWindow(pod.restartsAtMs, nowMs).length;
}

/** What never was ready failed as a spawn: its caller is told, and may ask again. */
function isFailure(pod: PodEntry, exit: PodExit): boolean {
  const wasReady = pod.generation > 1 || pod.socket !== null;
  return wasReady && failures.has(exit.cause);
}

function withinWindow(times: readonly number[], nowMs: number): number[] {
  return times.filter((atMs) => atMs > nowMs - restartWindowMs);
}

export const restartEvolvers: Evolvers<"pod.restarting"> = {
  "pod.restarting": (state, { nextGeneration, reason }, { event, undo }) => {
    const pod = podOf(state, event);
    freeTurn(state, pod, undo);
    undo.assign(pod, "state", "restarting");
    undo.assign(pod, "generation", nextGeneration);
    undo.assign(pod, "startAttempt", 0);
    undo.assign(pod, "process", null);
    undo.assign(pod, "socket", null);
    undo.assign(pod, "waiting", null);
    undo.assign(pod, "quiet", null);
    undo.assign(pod, "stop", null);
    undo.assign(pod, "changedAtMs", event.atMs);
    if (reason === "failure") undo.assign(pod, "restartsAtMs", withThis(pod, event));
  },
};

function withThis(pod: PodEntry, { atMs }: LogEvent): number[] {
  return [...withinWindow(pod.restartsAtMs, atMs), atMs];
}
