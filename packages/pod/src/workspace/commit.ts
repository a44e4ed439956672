/**
 * Committing what a pod changed. Only paths in its scope are committed; the rest stays dirty and
 * is reported. No hook runs, nothing is signed, files are only read.
 */
import { accepted, refused, type CommitId, type Outcome } from "@podlane/protocol";
import { listDirty, type DirtyFile } from "./dirty.ts";
import { headBranch, headCommit, treeOf } from "./git/commit-id.ts";
import { gitIn, type Git } from "./git/git.ts";
import { swapRef } from "./git/refs.ts";
import type { Trailers } from "./git/trailers.ts";
import { writeCommit } from "./git/write-commit.ts";
import { maxSwapTries } from "./limits.ts";
import { stage, worktreeTree } from "./temporary-index.ts";
import { operationInProgress } from "./worktree-list.ts";

export interface CommitDirty {
  /** Toplevel of the worktree. */
  readonly worktree: string;
  readonly message: string;
  /** Whether a path (relative, `/`) may be committed. */
  readonly scopeFilter: (path: string) => boolean;
  readonly trailers?: Trailers;
  /** Paths that set-up made; untracked ones are neither committed nor reported. */
  readonly ignoring?: readonly string[];
}

export interface Committed {
  /** The new commit, or null when nothing in scope had changed. */
  readonly commit: CommitId | null;
  readonly head: CommitId;
  /** Paths in the commit. */
  readonly files: readonly string[];
  /** Paths still dirty: out of scope, not nameable, or repositories of their own. */
  readonly left: readonly string[];
}

/**
 * Commits additions, changes, deletions, renames and mode changes in scope. Content is taken from
 * disk, whatever was staged. Refused `conflict` in the middle of a merge or rebase that the agent
 * began: its half would be committed.
 */
export async function commitDirty(request: CommitDirty): Promise<Outcome<Committed>> {
  const git = gitIn(request.worktree);
  for (let attempt = 1; attempt <= maxSwapTries; attempt += 1) {
    const committed = await tryCommit(git, request);
    if (committed !== null) return committed;
  }
  return refused(
    "busy",
    `the branch in ${request.worktree} moved ${maxSwapTries} times while its changes were being ` +
      "committed; something else commits there",
  );
}

/** Null: the branch moved meanwhile. */
async function tryCommit(git: Git, request: CommitDirty): Promise<Outcome<Committed> | null> {
  const [head, branch, dirty, operation] = await Promise.all([
    headCommit(git),
    headBranch(git),
    listDirty(git, request.ignoring),
    operationInProgress(git),
  ]);
  const unmerged = dirty.filter((file) => file.kind === "unmerged").map((file) => file.path);
  if (unmerged.length > 0 || (operation !== null && operation !== "bisect")) {
    return unfinished(request.worktree, operation ?? "merge", unmerged);
  }
  const chosen = dirty.filter((file) => isCommittable(file) && request.scopeFilter(file.path));
  const left = dirty.filter((file) => !chosen.includes(file)).map((file) => file.path);
  const nothing = accepted({ commit: null, head, files: [], left });
  if (chosen.length === 0) return nothing;
  const tree = await worktreeTree(git, head, chosen);
  // The index first: a kill between the two leaves staged changes, which the next try commits; the
  // other way round the index would show the commit as undone.
  await stage(git, chosen);
  if (tree === (await treeOf(git, head))) return nothing;
  const commit = await writeCommit(git, { ...request, tree, parents: [head] });
  const ref = branch === null ? "HEAD" : `refs/heads/${branch}`;
  if (!(await swapRef(git, { ref, from: head, to: commit, reason: "commit what is dirty" }))) {
    return null;
  }
  return accepted({ commit, head: commit, files: chosen.map((file) => file.path), left });
}

function isCommittable(file: DirtyFile): boolean {
  return !file.unnameable && !file.nestedRepository;
}

function unfinished(worktree: string, operation: string, files: readonly string[]): Outcome<never> {
  return refused(
    "conflict",
    `a ${operation} is unfinished in ${worktree}; finish it or undo it ` +
      `(\`git ${operation} --abort\`) before its changes can be committed`,
    { reason: "operation_in_progress", operation, files },
  );
}
