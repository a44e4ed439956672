/**
 * Why a task does not run: the one place that says so, for the rule that spawns pods and for
 * people.
 */
import { isTerminal } from "@podlane/protocol";
import type { PodEntry } from "../pods/pods-slice.ts";
import { pauseOf } from "../claims/pause.ts";
import { findPod, nameOf } from "../pods/tree.ts";
import type { WorkspaceState } from "../state.ts";
import { fullGroups, positionOf } from "../turns/admission.ts";
import { CapPlaces, placesFor } from "./places.ts";
import type { RunEntry, TaskEntry } from "./runs-slice.ts";

/** What stands before the spawn of a task that has not begun; null when nothing does. */
export function spawnWait(state: WorkspaceState, run: RunEntry, task: TaskEntry): string | null {
  const { id, dependsOn, spec } = task.plan;
  if (run.state !== "active") return `its run is ${run.state}`;
  const open = dependsOn.filter((name) => run.tasks.get(name)?.state !== "done");
  if (open.length > 0) return `waits for ${open.join(", ")}`;
  const namesake = state.pods.byName.get(id);
  if (namesake !== undefined) return `waits for the name ${id}, which living pod ${namesake} has`;
  const pause = pauseOf(state, { units: spec.claims, holder: null });
  if (pause === null) return null;
  return `waits for ${pause.units.join(" ")} held by ${nameOf(state, pause.holder)}`;
}

/** Why the task does not run now; null while it does, and once it has ended. */
export function taskWait(state: WorkspaceState, run: RunEntry, task: TaskEntry): string | null {
  if (task.state === "blocked") {
    return spawnWait(state, run, task) ?? placeWait(state, run, task);
  }
  const pod = task.state === "running" ? findPod(state, task.pod ?? "") : undefined;
  return pod === undefined || isTerminal(pod.state) ? null : podWait(state, pod);
}

function placeWait(state: WorkspaceState, run: RunEntry, task: TaskEntry): string | null {
  const { spec } = task.plan;
  if (new CapPlaces(state, run).isFull(spec)) {
    return `waits for pods of agent ${spec.agentCap?.agent} to take turns`;
  }
  return placesFor(state, run) <= 0 ? "waits for pods of its run to take turns" : null;
}

/** Why a living pod runs no turn; null while it runs one. */
export function podWait(state: WorkspaceState, pod: PodEntry): string | null {
  const { turn, waiting } = pod;
  if (pod.state === "starting" || pod.state === "restarting") {
    if (state.hosts.size === 0) return "waits for a host to attach";
    return pod.startAttempt === 0 ? "waits for its host to start it" : `is ${pod.state}`;
  }
  if (turn?.phase === "requested") {
    const place = `place ${positionOf(state, pod.id)}`;
    return `waits for admission, ${[place, ...fullGroups(state, pod)].join(", ")}`;
  }
  if (turn?.phase === "running" && pod.state === "running") return null;
  if (waiting === null) return `is ${pod.state}`;
  const on = waiting.on.map((one) => nameOf(state, one)).join(", ");
  return on === "" ? `waits for ${waiting.reason}` : `waits for ${waiting.reason} ${on}`;
}
