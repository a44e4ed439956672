/**
 * What pods and hosts report of a living pod. Each report names a generation; only the current one
 * is heard, so that a process that was given up cannot speak for its successor.
 */
import { accepted, canMove, isTerminal, refused } from "@podlane/protocol";
import type { Outcome, PodId, PodState } from "@podlane/protocol";
import { accept, acceptSilently, refuse, refuseWith } from "../decider.ts";
import type { Deciders } from "../decider.ts";
import { fact, subjectOf } from "../fact.ts";
import type { WorkspaceState } from "../state.ts";
import type { PodEntry } from "./pods-slice.ts";
import { isSettled } from "./settled.ts";
import { findPod } from "./tree.ts";

/** The living pod of a report. Refuses `not_found` and `stale_generation`. */
export function reporter(
  state: WorkspaceState,
  { pod: id, generation }: { readonly pod: PodId; readonly generation: number },
): Outcome<PodEntry> {
  const pod = findPod(state, id);
  if (pod === undefined) return refused("not_found", `pod ${id} is not known`);
  if (generation === pod.generation && !isTerminal(pod.state)) return accepted(pod);
  const found = isTerminal(pod.state) ? `has ${pod.state}` : `is at generation ${pod.generation}`;
  return refused(
    "stale_generation",
    `generation ${generation} of ${pod.spec.name} is over: the pod ${found}`,
    { generation: pod.generation },
  );
}

/** States that a pod enters on its own word; starting and ending are the host's to report. */
const reportable: ReadonlySet<PodState> = new Set<PodState>([
  "idle",
  "running",
  "paused",
  "parked",
  "stopping",
]);

type PodReport = "pod.transition" | "pod.settled" | "pod.touched" | "pod.denied";

export const podReportDeciders: Deciders<PodReport> = {
  /** Idempotent. Refuses `conflict` for a move that the state machine does not have. */
  "pod.transition": (state, params, { nowMs }) => {
    const found = reporter(state, params);
    if (!found.ok) return refuseWith(found.error);
    const pod = found.value;
    const { generation, state: next } = params;
    if (!reportable.has(next)) return refuse("invalid_request", `a pod cannot report ${next}`);
    const waiting = params.waiting === null ? null : { ...params.waiting, sinceMs: nowMs };
    if (next === pod.state && sameWait(waiting, pod.waiting)) return acceptSilently();
    if (next !== pod.state && !canMove(pod.state, next)) {
      return refuse("conflict", `${pod.spec.name} is ${pod.state} and cannot become ${next}`);
    }
    const data = { generation, state: next, waiting };
    return acceptSilently(fact("pod.transitioned", subjectOf.pod(pod.id), data));
  },
  /** Refuses `conflict` while a turn of the pod is asked for or under way. */
  "pod.settled": (state, params) => {
    const found = reporter(state, params);
    if (!found.ok) return refuseWith(found.error);
    const pod = found.value;
    if (pod.turn !== null) {
      return refuse("conflict", `turn ${pod.turn.n} of ${pod.spec.name} is ${pod.turn.phase}`);
    }
    const { generation, outboxSeq, inbox } = params;
    const quiet = { outboxSeq, inbox };
    const isRepeat = JSON.stringify(quiet) === JSON.stringify(pod.quiet);
    const events = isRepeat
      ? []
      : [fact("pod.quiet", subjectOf.pod(pod.id), { generation, ...quiet })];
    return accept<"pod.settled">(events, (after) => {
      const current = findPod(after, pod.id);
      return { settled: current !== undefined && isSettled(after, current) };
    });
  },
  "pod.touched": (state, params) => {
    const found = reporter(state, params);
    if (!found.ok) return refuseWith(found.error);
    const { generation, paths, access } = params;
    const data = { generation, paths, access };
    return acceptSilently(fact("pod.touched", subjectOf.pod(found.value.id), data));
  },
  /** What a pod's own gates denied: recorded as the coordinator's own denials are. */
  "pod.denied": (state, params) => {
    const found = reporter(state, params);
    if (!found.ok) return refuseWith(found.error);
    const { tool, code, message } = params;
    const data = { method: `tool:${tool}`, code, message };
    return acceptSilently(fact("request.denied", subjectOf.pod(found.value.id), data));
  },
};

function sameWait(a: PodEntry["waiting"], b: PodEntry["waiting"]): boolean {
  if (a === null || b === null) return a === b;
  return a.reason === b.reason && a.on.join() === b.on.join();
}

export const hostReportDeciders: Deciders<"host.started" | "host.ready" | "host.collected"> = {
  "host.started": (state, params) => {
    const found = reporter(state, params);
    if (!found.ok) return refuseWith(found.error);
    if (found.value.process?.pid === params.process.pid) return acceptSilently();
    const { pod, ...data } = params;
    return acceptSilently(fact("pod.started", subjectOf.pod(pod), data));
  },
  "host.ready": (state, params) => {
    const found = reporter(state, params);
    if (!found.ok) return refuseWith(found.error);
    const { generation, socket } = params;
    if (found.value.socket === socket) return acceptSilently();
    return acceptSilently(fact("pod.ready", subjectOf.pod(found.value.id), { generation, socket }));
  },
  /** Idempotent. Refuses `conflict` while the pod lives: its worktree is in use. */
  "host.collected": (state, { pod: id, snapshot }) => {
    const pod = findPod(state, id);
    if (pod === undefined || pod.collected) return acceptSilently();
    if (pod.exit === null) return refuse("conflict", `${pod.spec.name} lives: nothing to collect`);
    return acceptSilently(fact("pod.collected", subjectOf.pod(id), { snapshot }));
  },
};
