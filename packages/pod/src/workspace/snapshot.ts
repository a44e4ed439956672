/**
 * Snapshots: a ref that keeps all that a worktree holds before the worktree or its branch goes.
 * Making one changes neither files nor index.
 */
import type { CommitId } from "@podlane/protocol";
import { listDirty } from "./dirty.ts";
import { findCommit, headCommit, treeOf } from "./git/commit-id.ts";
import { gitIn, type Git } from "./git/git.ts";
import { swapRef } from "./git/refs.ts";
import { trailerKeys } from "./git/trailers.ts";
import { writeCommit } from "./git/write-commit.ts";
import { stagedTree, worktreeTree } from "./temporary-index.ts";

const root = "refs/podlane/snapshots";

export interface Snapshot {
  /** `refs/podlane/snapshots/<pod>/<n>`, n rising from 1. */
  readonly ref: string;
  readonly commit: CommitId;
}

export interface SnapshotRequest {
  readonly worktree: string;
  readonly pod: string;
  readonly ignoring?: readonly string[];
}

/**
 * Keeps the head of a worktree with its dirty and untracked files, but not the ignored ones. What
 * was staged and then changed again is kept as a second parent, as `git stash` does.
 */
export async function snapshotWorktree(request: SnapshotRequest): Promise<Snapshot> {
  const git = gitIn(request.worktree);
  const head = await headCommit(git);
  const dirty = await listDirty(git, request.ignoring);
  const files = dirty.filter((file) => !file.nestedRepository);
  const [headTree, tree, staged] = await Promise.all([
    treeOf(git, head),
    worktreeTree(git, head, files),
    stagedTree(git),
  ]);
  const trailers = { [trailerKeys.pod]: request.pod };
  const parents = [head];
  if (staged !== null && staged !== headTree && staged !== tree) {
    parents.push(await writeCommit(git, { tree: staged, parents, trailers, message: "staged" }));
  }
  if (tree === headTree && parents.length === 1) return keepCommit(git, request.pod, head);
  const message = `snapshot of ${request.pod}`;
  const commit = await writeCommit(git, { tree, parents, trailers, message });
  return keepCommit(git, request.pod, commit);
}

/** Keeps a commit under the pod's next snapshot number; one that a snapshot holds already stays. */
export async function keepCommit(git: Git, pod: string, commit: CommitId): Promise<Snapshot> {
  for (;;) {
    const refs = await snapshotsOf(git, pod);
    const same = refs.find((snapshot) => snapshot.commit === commit);
    if (same !== undefined) return same;
    const last = Math.max(0, ...refs.map(({ ref }) => Number(ref.slice(ref.lastIndexOf("/") + 1))));
    const ref = `${root}/${pod}/${last + 1}`;
    // Lost only to another snapshot of this pod, whose number is then taken: this ends.
    if (await swapRef(git, { ref, from: null, to: commit, reason: "snapshot" })) {
      return { ref, commit };
    }
  }
}

/** A pod's snapshots. */
export async function snapshotsOf(git: Git, pod: string): Promise<Snapshot[]> {
  const format = "--format=%(refname) %(objectname)";
  const lines = await git.text(["for-each-ref", format, `${root}/${pod}/`]);
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [ref = "", commit = ""] = line.split(" ");
      return { ref, commit: commit as CommitId };
    });
}

/** Whether any snapshot keeps this commit. */
export async function isKept(git: Git, commit: CommitId): Promise<boolean> {
  if ((await findCommit(git, commit)) === null) return false;
  return (await git.text(["for-each-ref", "--count=1", `--contains=${commit}`, root])) !== "";
}
