/**
 * How merge events change the queue.
 */
import type { LogEventData, MergeId } from "@podlane/protocol";
import type { LogEvent } from "../event.ts";
import type { Evolvers } from "../fact.ts";
import { maxEndedMerges } from "../limits.ts";
import { knownPod } from "../pods/tree.ts";
import { taskOf } from "../runs/link.ts";
import type { WorkspaceState } from "../state.ts";
import type { Undo } from "../undo.ts";
import type { MergeEntry, QueueState } from "./merges-slice.ts";

interface At {
  readonly event: LogEvent;
  readonly undo: Undo;
}

export const mergeEvolvers: Evolvers<
  | "merge.enqueued"
  | "merge.started"
  | "merge.ready"
  | "merge.approved"
  | "merge.merged"
  | "merge.blocked"
  | "merge.cancelled"
> = {
  "merge.enqueued": (state, data, { event, undo }) => {
    const merge = newMerge(state, data, event);
    undo.put(state.merges.byId, merge.id, merge);
    undo.put(state.merges.byPod, merge.pod, merge.id);
    const task = taskOf(state, knownPod(state, merge.pod));
    if (task !== undefined) undo.assign(task, "merge", merge.id);
  },
  "merge.started": (state, { attempt, land }, { event, undo }) => {
    const merge = mergeOf(state, event);
    enterState(merge, land ? "merging" : "checking", { event, undo });
    undo.assign(merge, "attempt", attempt);
    undo.assign(merge, "land", land);
    undo.assign(merge, "fence", event.seq);
  },
  "merge.ready": (state, _data, { event, undo }) => {
    const merge = mergeOf(state, event);
    enterState(merge, merge.approved ? "queued" : "ready", { event, undo });
    undo.assign(merge, "fence", null);
  },
  "merge.approved": (state, { method }, { event, undo }) => {
    const merge = mergeOf(state, event);
    undo.assign(merge, "approved", true);
    if (method !== null) undo.assign(merge, "method", method);
    if (merge.state === "ready") enterState(merge, "queued", { event, undo });
  },
  "merge.merged": (state, { landed }, { event, undo }) => {
    undo.assign(mergeOf(state, event), "landed", landed);
    endMerge(state, "merged", { event, undo });
  },
  "merge.blocked": (state, { problem }, { event, undo }) => {
    undo.assign(mergeOf(state, event), "problem", problem);
    endMerge(state, "blocked", { event, undo });
  },
  "merge.cancelled": (state, _data, { event, undo }) => {
    endMerge(state, "cancelled", { event, undo });
  },
};

function mergeOf(state: WorkspaceState, event: LogEvent): MergeEntry {
  const merge = state.merges.byId.get(event.subject.slice("merge:".length) as MergeId);
  if (merge === undefined) throw new Error(`${event.subject} is not in the state`);
  return merge;
}

function enterState(merge: MergeEntry, next: QueueState, { event, undo }: At): void {
  undo.assign(merge, "state", next);
  undo.assign(merge, "changedAtMs", event.atMs);
}

function endMerge(state: WorkspaceState, how: QueueState, { event, undo }: At): void {
  const merge = mergeOf(state, event);
  enterState(merge, how, { event, undo });
  undo.assign(merge, "fence", null);
  const { ended, byId, byPod } = state.merges;
  undo.insert(ended, ended.length, merge.id);
  const oldest = ended[0];
  if (ended.length <= maxEndedMerges || oldest === undefined) return;
  undo.removeAt(ended, 0);
  const dropped = byId.get(oldest);
  undo.remove(byId, oldest);
  if (dropped !== undefined && byPod.get(dropped.pod) === oldest) undo.remove(byPod, dropped.pod);
}

function newMerge(
  state: WorkspaceState,
  data: LogEventData<"merge.enqueued">,
  event: LogEvent,
): MergeEntry {
  const { spec, hostId } = knownPod(state, data.pod);
  return {
    id: event.subject.slice("merge:".length) as MergeId,
    seq: event.seq,
    pod: data.pod,
    podName: spec.name,
    runId: data.runId,
    branch: data.branch,
    commit: data.commit,
    base: data.base,
    baseCommit: spec.start.commit,
    mode: data.mode,
    gate: data.gate,
    priority: data.priority,
    setup: spec.setup,
    title: spec.task?.split("\n", 1)[0] ?? "",
    hostId,
    queuedAtMs: event.atMs,
    method: data.method,
    state: "queued",
    approved: false,
    attempt: 0,
    fence: null,
    land: false,
    problem: null,
    landed: null,
    changedAtMs: event.atMs,
  };
}
