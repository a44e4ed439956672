/**
 * A pod as callers see it.
 */
import { accepted, isTerminal, refused } from "@podlane/protocol";
import type { PodRecord, PodState } from "@podlane/protocol";
import type { PodEntry } from "../pods/pods-slice.ts";
import { isSettled } from "../pods/settled.ts";
import { childrenOf, findPod } from "../pods/tree.ts";
import type { Queries } from "../query.ts";
import type { WorkspaceState } from "../state.ts";

export function podRecord(state: WorkspaceState, pod: PodEntry): PodRecord {
  const { spec, turn } = pod;
  return {
    id: pod.id,
    name: spec.name,
    path: pod.path,
    generation: pod.generation,
    state: pod.state,
    waiting: pod.waiting,
    parent: pod.parent,
    children: childrenOf(state, pod).map((child) => child.id),
    agent: spec.agent,
    task: spec.task,
    scope: [...pod.scope],
    delegate: spec.delegate,
    priority: spec.priority,
    hostId: pod.hostId,
    process: pod.process,
    socket: pod.socket,
    branch: pod.branch,
    worktree: pod.worktree,
    baseCommit: pod.baseCommit,
    turn: turn === null ? null : { n: turn.n, cause: turn.cause },
    lastTurn: pod.lastTurn,
    settled: isSettled(state, pod),
    runId: pod.runId,
    taskId: spec.taskId,
    startedAtMs: pod.startedAtMs,
    changedAtMs: pod.changedAtMs,
    exit: pod.exit,
    lastSeq: pod.lastSeq,
    restarts: { used: pod.restartsAtMs.length, max: spec.restart.maxRestarts },
    quarantined: pod.quarantined,
  };
}

const comingOrGoing: ReadonlySet<PodState> = new Set<PodState>([
  "starting",
  "restarting",
  "stopping",
]);

/** Whether `pod.wait` may answer: a pod that has ended is ready, settled and ended. */
export function hasReached(pod: PodRecord, until: "ready" | "settled" | "ended"): boolean {
  if (isTerminal(pod.state)) return true;
  if (until === "ready") return pod.socket !== null && !comingOrGoing.has(pod.state);
  return until === "settled" && pod.settled;
}

export const podQueries: Queries<"pod.get" | "pod.list" | "pod.wait"> = {
  "pod.get": (state, { pod: id }) => getPod(state, id),
  /** In spawn order; with `all` also the ended ones that are still in memory. */
  "pod.list": (state, { all }) => {
    const pods = [...state.pods.byId.values()].filter((pod) => all || !isTerminal(pod.state));
    const inOrder = pods.toSorted((a, b) => a.seq - b.seq);
    return accepted({ pods: inOrder.map((pod) => podRecord(state, pod)) });
  },
  /** The pod as it is now; the server asks again after each change until `hasReached`. */
  "pod.wait": (state, { pod: id }) => getPod(state, id),
};

function getPod(state: WorkspaceState, id: string) {
  const pod = findPod(state, id);
  if (pod === undefined) return refused("not_found", `pod ${id} is not known`);
  return accepted({ pod: podRecord(state, pod) });
}
