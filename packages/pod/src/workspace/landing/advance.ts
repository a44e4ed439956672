/**
 * Moving base to a landed commit. A ref moves only forward and only by compare-and-swap; a checkout
 * of base moves with its files, and only if it is clean. Else the result is set aside on
 * `podlane/<run>`, and the person gets the command that finishes the job.
 */
import { accepted, refused, type CommitId, type Outcome } from "@podlane/protocol";
import { fastForward, type BlockedReason } from "../fast-forward.ts";
import { findCommit, isAncestor } from "../git/commit-id.ts";
import { gitIn } from "../git/git.ts";
import { swapRef } from "../git/refs.ts";
import type { Repository } from "../repository.ts";
import { listWorktrees, suspendedBranch } from "../worktree-list.ts";

export interface AdvanceTarget {
  readonly repository: Repository;
  /** The base branch; null when the run started from a detached head or a tag. */
  readonly branch: string | null;
  /** Where the branch was when the landed commit was made. */
  readonly from: CommitId;
  readonly to: CommitId;
  /** `podlane/<run>`. */
  readonly setAside: string;
  readonly ignoring?: readonly string[];
}

export type Advanced =
  /** The branch is at `to` or beyond; `worktree` is the checkout that moved with it. */
  | { readonly kind: "advanced"; readonly branch: string; readonly worktree: string | null }
  | {
      readonly kind: "set_aside";
      readonly branch: string;
      readonly reason: BlockedReason | "detached" | "checked_out_twice";
      /** What is uncommitted and in the way. */
      readonly files: readonly string[];
      /** Run it in `directory` to finish. */
      readonly command: string;
      readonly directory: string;
    };

/**
 * Refused `conflict` when `to` does not descend from `from`, or base is no longer at `from`: the
 * combination must be computed again. Repeating a call that was done answers the same.
 */
export async function advanceTarget(request: AdvanceTarget): Promise<Outcome<Advanced>> {
  const { repository, branch, from, to } = request;
  const { git } = repository;
  if (!(await isAncestor(git, from, to))) {
    return refused("conflict", `${to} does not descend from ${from}: base only moves forward`);
  }
  if (branch === null) return setAside(request, "detached", repository.toplevel, []);
  const current = await findCommit(git, `refs/heads/${branch}`);
  if (current === null) return refused("not_found", `the branch ${branch} does not exist any more`);
  if (await isAncestor(git, to, current)) {
    return accepted({ kind: "advanced", branch, worktree: null });
  }
  if (current !== from) return hasMoved(branch, current);
  const places = await usersOf(repository, branch);
  if (places.length === 0) return swap(request, branch);
  const [place = repository.toplevel] = places;
  if (places.length > 1) return setAside(request, "checked_out_twice", place, []);
  return moveCheckout(request, branch, place);
}

async function moveCheckout(
  request: AdvanceTarget,
  branch: string,
  worktree: string,
): Promise<Outcome<Advanced>> {
  const moved = await fastForward({ ...request, branch, worktree, onlyClean: true });
  if (moved.ok) return accepted({ kind: "advanced", branch, worktree });
  const data = moved.error.data as { reason: BlockedReason; files: readonly string[] };
  const { git } = request.repository;
  const current = await findCommit(git, `refs/heads/${branch}`);
  if (current !== null && current !== request.from) return hasMoved(branch, current);
  return setAside(request, data.reason, worktree, data.files);
}

async function swap(request: AdvanceTarget, branch: string): Promise<Outcome<Advanced>> {
  const { git } = request.repository;
  const move = { ref: `refs/heads/${branch}`, from: request.from, to: request.to, reason: "land" };
  if (await swapRef(git, move)) return accepted({ kind: "advanced", branch, worktree: null });
  return hasMoved(branch, await findCommit(git, move.ref));
}

/** Puts the result on the run's own branch, which also only moves forward. */
async function setAside(
  request: AdvanceTarget,
  reason: BlockedReason | "detached" | "checked_out_twice",
  directory: string,
  files: readonly string[],
): Promise<Outcome<Advanced>> {
  const { repository, to } = request;
  const branch = request.setAside;
  const ref = `refs/heads/${branch}`;
  const current = await findCommit(repository.git, ref);
  const answer: Advanced = {
    kind: "set_aside",
    branch,
    reason,
    files,
    command: `git merge --ff-only ${branch}`,
    directory,
  };
  if (current !== null && (await isAncestor(repository.git, to, current))) return accepted(answer);
  if (current !== null && !(await isAncestor(repository.git, current, to))) {
    return refused(
      "conflict",
      `${branch} holds results that ${to} does not; combine them before landing, or rename it`,
      { reason: "set_aside_diverged", current },
    );
  }
  const [place] = current === null ? [] : await usersOf(repository, branch);
  if (current !== null && place !== undefined) {
    const moved = await fastForward({
      worktree: place,
      branch,
      from: current,
      to,
      onlyClean: true,
    });
    return moved.ok ? accepted(answer) : moved;
  }
  const moved = await swapRef(repository.git, { ref, from: current, to, reason: "set aside" });
  return moved ? accepted(answer) : hasMoved(branch, await findCommit(repository.git, ref));
}

function hasMoved(branch: string, current: CommitId | null): Outcome<never> {
  return refused(
    "conflict",
    `${branch} is at ${current ?? "nothing"} now: compute the combination again from there`,
    { reason: "base_moved", current },
  );
}

/** Worktrees that use a branch: checked out, or under a rebase that will move it when it ends. */
async function usersOf(repository: Repository, branch: string): Promise<string[]> {
  const worktrees = (await listWorktrees(repository.git)).filter(
    (tree) => !tree.missing && !tree.bare,
  );
  const uses = await Promise.all(
    worktrees.map(async (tree) => {
      if (tree.branch !== null) return tree.branch === branch;
      return (await suspendedBranch(gitIn(tree.path))) === branch;
    }),
  );
  return worktrees.filter((_, index) => uses[index]).map((tree) => tree.path);
}
