/**
 * Where a pod works, behind one interface: a worktree of its own, or the person's checkout.
 * `branch` tells the two apart: null means that commits are not the pod's to make.
 */
import type { CommitId, IsolationStrategy, Outcome, Setup } from "@podlane/protocol";
import type { CommitDirty, Committed } from "./commit.ts";
import type { DiffFile, DiffRequest, DiffText } from "./diff.ts";
import type { DirtyFile } from "./dirty.ts";
import type { TrailerSearch } from "./git/trailers.ts";
import type { JoinBranch, Joined } from "./join.ts";
import type { Snapshot } from "./snapshot.ts";

export type CommitRequest = Omit<CommitDirty, "worktree" | "ignoring">;
export type JoinRequest = Pick<JoinBranch, "child" | "message" | "trailers">;
export type WorkspaceDiff = Omit<DiffRequest, "worktree" | "ignoring">;

export interface Workspace {
  readonly strategy: IsolationStrategy;
  /** Real path of the folder the pod works in. */
  readonly path: string;
  /** The pod's own branch; null in a shared directory. */
  readonly branch: string | null;
  /** Paths that set-up made; untracked ones are no one's work. */
  readonly ignoring: readonly string[];
  head(): Promise<CommitId>;
  dirty(): Promise<DirtyFile[]>;
  /** In a shared directory nothing is committed and all that is dirty is `left`. */
  commitDirty(request: CommitRequest): Promise<Outcome<Committed>>;
  /** The commit of an interrupted intent, or null. */
  findCommit(search: Omit<TrailerSearch, "revisions">): Promise<CommitId | null>;
  /** Merges a settled child's branch; refused `unsupported` in a shared directory. */
  join(request: JoinRequest): Promise<Outcome<Joined>>;
  diffStat(request: WorkspaceDiff): Promise<DiffFile[]>;
  diffText(request: WorkspaceDiff): Promise<DiffText>;
  /** Keeps everything under a snapshot ref. */
  snapshot(pod: string): Promise<Snapshot>;
}

export interface OpenWorkspace {
  readonly strategy: IsolationStrategy;
  /** Toplevel of the worktree, or of the checkout with `directory`. */
  readonly path: string;
  readonly branch: string | null;
  readonly setup: Setup | null;
}
