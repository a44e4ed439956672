/**
 * What the log does for pods on its own: asks a host to start them, and ends those that were told
 * to leave before any host was asked.
 */
import type { NewEvent } from "../event.ts";
import { Batch, fact, subjectOf } from "../fact.ts";
import type { WorkspaceState } from "../state.ts";
import { appendExit, neverStarted } from "./exit.ts";
import { livingPods, wasEverStarted } from "./tree.ts";

/** Start requests for pods that have a host; one a generation. */
export function podStarts(state: WorkspaceState): NewEvent[] {
  if (state.hosts.size === 0) return [];
  return livingPods(state)
    .filter(({ state: is }) => is === "starting" || is === "restarting")
    .filter((pod) => pod.startAttempt === 0)
    .map((pod) => {
      const data = { generation: pod.generation, attempt: 1 };
      return fact("pod.start_requested", subjectOf.pod(pod.id), data);
    });
}

/** The end of the first pod that was stopped before it was started; its children come first. */
export function unstartedExits(state: WorkspaceState, nextSeq: number): readonly NewEvent[] {
  const pod = livingPods(state).find(
    (one) => one.stop !== null && !wasEverStarted(one) && one.children.size === 0,
  );
  if (pod === undefined || pod.stop === null) return [];
  const batch = new Batch(nextSeq);
  const exit = neverStarted(pod.stop.cause);
  appendExit(state, { pod, exit, lastSeq: 0, quarantined: false }, batch);
  return batch.events;
}
