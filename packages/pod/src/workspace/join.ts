/**
 * Joining a settled child's branch into its parent's, inside the parent's worktree, between the
 * parent's steps. The merge is computed on objects first; files move only when all of it is clean.
 */
import { accepted, CommitId, type Outcome, refused } from "@podlane/protocol";
import { fastForward } from "./fast-forward.ts";
import { findCommit, headCommit, isAncestor } from "./git/commit-id.ts";
import { gitIn, type Git } from "./git/git.ts";
import type { Trailers } from "./git/trailers.ts";
import { repeatableDates, writeCommit } from "./git/write-commit.ts";
import { mergedTree } from "./merge-tree.ts";

export interface JoinBranch {
  /** The parent's worktree. */
  readonly worktree: string;
  /** What must be checked out there. */
  readonly branch: string;
  /**
   * The child's branch, or one commit of it: a settled result, whatever the branch has gained
   * since.
   */
  readonly child: string;
  readonly message: string;
  readonly trailers?: Trailers;
  readonly ignoring?: readonly string[];
}

export interface Joined {
  readonly kind: "already" | "fast_forward" | "merged";
  /** The parent's head afterwards. */
  readonly commit: CommitId;
}

/**
 * Refused `conflict`, and nothing changed, with a `MergeConflict` when both sides changed the same
 * lines, or a `BlockedReason` when the parent's dirty files are in the way. Repeating it is safe.
 */
export async function joinBranch(request: JoinBranch): Promise<Outcome<Joined>> {
  const git = gitIn(request.worktree);
  // An agent may name a branch like a commit: a full commit name is never looked up as a branch.
  const isCommit = CommitId.safeParse(request.child).success;
  const child = await findCommit(git, isCommit ? request.child : `refs/heads/${request.child}`);
  if (child === null) return refused("not_found", `there is no branch ${request.child} to join`);
  const from = await headCommit(git);
  if (await isAncestor(git, child, from)) return accepted({ kind: "already", commit: from });
  const straight = await isAncestor(git, from, child);
  const target = straight ? accepted(child) : await mergeCommit(git, request, from, child);
  if (!target.ok) return target;
  const moved = await fastForward({ ...request, from, to: target.value, onlyClean: false });
  if (!moved.ok) return moved;
  return accepted({ kind: straight ? "fast_forward" : "merged", commit: moved.value });
}

async function mergeCommit(
  git: Git,
  request: JoinBranch,
  ours: CommitId,
  theirs: CommitId,
): Promise<Outcome<CommitId>> {
  const tree = await mergedTree(
    git,
    { name: request.branch, commit: ours },
    { name: request.child, commit: theirs },
  );
  if (!tree.ok) return tree;
  const parents = [ours, theirs];
  const environment = await repeatableDates(git, parents);
  return accepted(await writeCommit(git, { ...request, tree: tree.value, parents, environment }));
}
