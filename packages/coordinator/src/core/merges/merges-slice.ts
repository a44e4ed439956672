/**
 * The merge queue: branches of settled pods on their way to base.
 */
import type {
  CommitId,
  HostId,
  Landed,
  MergeId,
  MergeMethod,
  MergeMode,
  MergeProblem,
  PodId,
  RunId,
  Setup,
} from "@podlane/protocol";

/** The states that this queue has; checks, gate and landing are one step of one executor. */
export type QueueState =
  | "queued"
  | "checking"
  | "ready"
  | "merging"
  | "merged"
  | "blocked"
  | "cancelled";

export interface MergeEntry {
  readonly id: MergeId;
  readonly seq: number;
  readonly pod: PodId;
  readonly podName: string;
  readonly runId: RunId | null;
  readonly branch: string;
  readonly commit: CommitId;
  readonly base: string | null;
  readonly baseCommit: CommitId;
  readonly mode: MergeMode;
  readonly gate: string | null;
  readonly priority: number;
  readonly setup: Setup | null;
  /** First line of what the pod was asked to do: the merge's message. */
  readonly title: string;
  readonly hostId: HostId;
  readonly queuedAtMs: number;
  method: MergeMethod;
  state: QueueState;
  /** A person has said that it may land. */
  approved: boolean;
  attempt: number;
  /** The seq of `merge.started` while it executes: only a report with it is heard. */
  fence: number | null;
  land: boolean;
  problem: MergeProblem | null;
  landed: Landed | null;
  changedAtMs: number;
}

export interface MergesSlice {
  readonly byId: Map<MergeId, MergeEntry>;
  /** The latest merge of each pod. */
  readonly byPod: Map<PodId, MergeId>;
  /** Ended merges, oldest end first, for retention. */
  readonly ended: MergeId[];
}

export function emptyMerges(): MergesSlice {
  return { byId: new Map(), byPod: new Map(), ended: [] };
}

export function findMerge(merges: MergesSlice, id: string | null): MergeEntry | undefined {
  return id === null ? undefined : merges.byId.get(id as MergeId);
}

export function mergeOfPod(merges: MergesSlice, pod: PodId): MergeEntry | undefined {
  return findMerge(merges, merges.byPod.get(pod) ?? null);
}

/** Merges in the order in which they were enqueued. */
export function sortedMerges(merges: MergesSlice): MergeEntry[] {
  return [...merges.byId.values()].toSorted((a, b) => a.seq - b.seq);
}

/** Nothing happens to it any more unless somebody asks: landed, set aside or given up. */
export function isSettledMerge({ state }: { readonly state: string }): boolean {
  return state === "merged" || state === "ready" || state === "blocked" || state === "cancelled";
}

/** A host works on it right now. */
export function isExecuting({ state }: MergeEntry): boolean {
  return state === "checking" || state === "merging";
}
