/**
 * How pod events change what is known of pods. Turns have their own part (`turns/`).
 */
import type { LogEventData, PodId } from "@podlane/protocol";
import type { LogEvent } from "../event.ts";
import type { Evolvers } from "../fact.ts";
import { linkTask } from "../runs/link.ts";
import { forgetPod } from "../sessions/evolve.ts";
import type { WorkspaceState } from "../state.ts";
import { freeTurn } from "../turns/slots.ts";
import type { Undo } from "../undo.ts";
import type { PodEntry } from "./pods-slice.ts";
import { dropOldestEnded } from "./retention.ts";
import { findPod, knownPod } from "./tree.ts";

/** The pod that an event is about. */
export function podOf(state: WorkspaceState, event: LogEvent): PodEntry {
  return knownPod(state, event.subject.slice("pod:".length) as PodId);
}

export const podEvolvers: Evolvers<
  | "pod.spawned"
  | "pod.start_requested"
  | "pod.started"
  | "pod.ready"
  | "pod.transitioned"
  | "pod.quiet"
  | "pod.stop_requested"
  | "pod.exited"
  | "pod.reparented"
  | "pod.collected"
  | "pod.touched"
  | "scope.lent"
  | "scope.returned"
> = {
  "pod.spawned": (state, data, { event, undo }) => {
    const pod = newPod(state, data, event);
    undo.put(state.pods.byId, pod.id, pod);
    undo.add(state.pods.living, pod.id);
    undo.put(state.pods.byName, pod.spec.name, pod.id);
    if (pod.parent !== null) adopt(knownPod(state, pod.parent), pod.id, { event, undo });
    linkTask(state, pod, { event, undo });
  },
  "pod.start_requested": (state, { attempt }, { event, undo }) => {
    const pod = podOf(state, event);
    undo.assign(pod, "startAttempt", attempt);
    if (pod.state === "restarting") setState(pod, "starting", { event, undo });
  },
  "pod.started": (state, data, { event, undo }) => {
    const pod = podOf(state, event);
    undo.assign(pod, "process", data.process);
    undo.assign(pod, "branch", data.branch);
    undo.assign(pod, "worktree", data.worktree);
    undo.assign(pod, "baseCommit", data.baseCommit);
    undo.assign(pod, "changedAtMs", event.atMs);
  },
  "pod.ready": (state, { socket }, { event, undo }) => {
    const pod = podOf(state, event);
    undo.assign(pod, "socket", socket);
    if (pod.state !== "starting") return;
    setState(pod, pod.turn?.phase === "running" ? "running" : "idle", { event, undo });
  },
  "pod.transitioned": (state, data, { event, undo }) => {
    const pod = podOf(state, event);
    undo.assign(pod, "waiting", data.waiting);
    if (data.state === "running") undo.assign(pod, "quiet", null);
    setState(pod, data.state, { event, undo });
  },
  "pod.quiet": (state, { outboxSeq, inbox }, { event, undo }) => {
    const pod = podOf(state, event);
    undo.assign(pod, "quiet", { outboxSeq, inbox });
    for (const [child, lastSeq] of pod.untaken) {
      if ((inbox[child] ?? 0) >= lastSeq) undo.remove(pod.untaken, child);
    }
  },
  "pod.stop_requested": (state, request, { event, undo }) => {
    const pod = podOf(state, event);
    undo.assign(pod, "stop", request);
    setState(pod, "stopping", { event, undo });
  },
  "pod.exited": (state, { exit, lastSeq, quarantined }, { event, undo }) => {
    const pod = podOf(state, event);
    freeTurn(state, pod, undo);
    const isClean = exit.cause === "finished" || exit.cause === "requested";
    setState(pod, isClean ? "stopped" : "crashed", { event, undo });
    undo.assign(pod, "exit", exit);
    undo.assign(pod, "lastSeq", lastSeq);
    undo.assign(pod, "quarantined", quarantined);
    undo.assign(pod, "waiting", null);
    undo.assign(pod, "process", null);
    undo.assign(pod, "socket", null);
    undo.drop(state.pods.living, pod.id);
    undo.remove(state.pods.byName, pod.spec.name);
    forgetPod(state.sessions, pod.id, undo);
    leaveParent(state, pod, lastSeq, { event, undo });
    undo.insert(state.pods.ended, state.pods.ended.length, pod.id);
    dropOldestEnded(state, undo);
  },
  "pod.reparented": (state, { from, to }, { event, undo }) => {
    const pod = podOf(state, event);
    const former = findPod(state, from);
    if (former !== undefined) undo.drop(former.children, pod.id);
    undo.assign(pod, "parent", to);
    // What the old parent acknowledged is no debt of the new one.
    if (pod.quiet !== null) undo.assign(pod, "quiet", { ...pod.quiet, outboxSeq: 0 });
    if (to !== null) adopt(knownPod(state, to), pod.id, { event, undo });
  },
  "pod.collected": (state, _data, { event, undo }) => {
    const pod = findPod(state, event.subject.slice("pod:".length));
    if (pod !== undefined) undo.assign(pod, "collected", true);
  },
  "pod.touched": () => {},
  // Who may write what follows from the tree; these two say it to readers of the log.
  "scope.lent": () => {},
  "scope.returned": () => {},
};

interface At {
  readonly event: LogEvent;
  readonly undo: Undo;
}

function setState(pod: PodEntry, next: PodEntry["state"], { event, undo }: At): void {
  undo.assign(pod, "state", next);
  undo.assign(pod, "changedAtMs", event.atMs);
}

function adopt(parent: PodEntry, child: PodId, { event, undo }: At): void {
  undo.add(parent.children, child);
  undo.assign(parent, "loansMark", { seq: event.seq });
}

function leaveParent(state: WorkspaceState, pod: PodEntry, lastSeq: number, at: At): void {
  const parent = pod.parent === null ? undefined : findPod(state, pod.parent);
  if (parent === undefined) return;
  at.undo.drop(parent.children, pod.id);
  at.undo.assign(parent, "loansMark", { seq: at.event.seq });
  const taken = parent.quiet?.inbox[pod.id] ?? 0;
  if (lastSeq > taken) at.undo.put(parent.untaken, pod.id, lastSeq);
}

function newPod(
  state: WorkspaceState,
  { id, parent, hostId, path, scope, spec }: LogEventData<"pod.spawned">,
  event: LogEvent,
): PodEntry {
  return {
    id,
    seq: event.seq,
    spec,
    scope,
    path,
    hostId,
    topLevel: parent === null,
    runId: parent === null ? spec.runId : knownPod(state, parent).runId,
    startedAtMs: event.atMs,
    parent,
    children: new Set(),
    untaken: new Map(),
    loansMark: { seq: event.seq },
    generation: 1,
    startAttempt: 0,
    state: "starting",
    waiting: null,
    turn: null,
    lastTurn: null,
    lastUserTurn: null,
    result: null,
    quiet: null,
    stop: null,
    process: null,
    socket: null,
    branch: null,
    worktree: null,
    baseCommit: null,
    exit: null,
    lastSeq: 0,
    restartsAtMs: [],
    quarantined: false,
    collected: false,
    changedAtMs: event.atMs,
  };
}
