/**
 * Asking pods to leave. The log records the wish; hosts carry it out, leaves first.
 */
import { isTerminal } from "@podlane/protocol";
import type { PodId } from "@podlane/protocol";
import { accept, refuse } from "../decider.ts";
import type { Deciders, WorkspaceDecision } from "../decider.ts";
import type { NewEvent } from "../event.ts";
import { fact, subjectOf } from "../fact.ts";
import type { WorkspaceState } from "../state.ts";
import type { PodEntry, StopRequest } from "./pods-slice.ts";
import { findPod, treeOf } from "./tree.ts";

export const stopDeciders: Deciders<"pod.stop" | "pod.kill" | "pod.restart"> = {
  /** Idempotent: the answer names every pod that is on its way out because of it. */
  "pod.stop": (state, { pod, tree, deadlineMs, cause }) =>
    decideStop(state, { pod, tree }, { mode: "shutdown", deadlineMs, cause, restart: false }),
  "pod.kill": (state, { pod, tree }) => decideStop(state, { pod, tree }, forKill),
  "pod.restart": (state, { pod, tree, deadlineMs }) => {
    const found = findPod(state, pod);
    if (found === undefined) return refuse("not_found", `pod ${pod} is not known`);
    const { name } = found.spec;
    if (isTerminal(found.state)) return refuse("conflict", `${name} has ended: spawn it anew`);
    if (found.stop?.restart === false) return refuse("conflict", `${name} is being stopped`);
    const request = { mode: "shutdown", deadlineMs, cause: "requested", restart: true } as const;
    return decideStop(state, { pod, tree }, request);
  },
};

const forKill: StopRequest = { mode: "kill", deadlineMs: 0, cause: "requested", restart: false };

function decideStop(
  state: WorkspaceState,
  { pod: id, tree }: { readonly pod: PodId; readonly tree: boolean },
  request: StopRequest,
): WorkspaceDecision {
  const pod = findPod(state, id);
  if (pod === undefined) return refuse("not_found", `pod ${id} is not known`);
  const pods = tree ? treeOf(state, pod) : [pod];
  const living = pods.filter((one) => !isTerminal(one.state));
  const stopping = living.map((one) => one.id);
  return accept<"pod.stop">(stopEvents(living, request), () => ({ pods: stopping }));
}

/** One request a pod that is not already asked as firmly. */
export function stopEvents(pods: readonly PodEntry[], request: StopRequest): NewEvent[] {
  return pods
    .filter((pod) => isFirmer(request, pod.stop))
    .map((pod) => fact("pod.stop_requested", subjectOf.pod(pod.id), request));
}

function isFirmer(request: StopRequest, known: StopRequest | null): boolean {
  if (known === null) return true;
  // An end outranks a restart, and no restart takes an end back.
  if (known.restart !== request.restart) return known.restart;
  if (known.mode === "kill") return false;
  return request.mode === "kill" || request.deadlineMs < known.deadlineMs;
}
