/**
 * Moving a checked-out branch forward together with its files, or not at all.
 * Dirty files, staged changes and untracked or ignored files in the way are never overwritten.
 */
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { accepted, refused, type CommitId, type Outcome } from "@podlane/protocol";
import { isBeneath, listDirty } from "./dirty.ts";
import { findCommit, headBranch, headCommit } from "./git/commit-id.ts";
import { GitFault } from "./git/fault.ts";
import { gitIn, type Git } from "./git/git.ts";
import { checkoutDeadlineMs } from "./limits.ts";
import { changedPaths, nameFiles } from "./merge-tree.ts";
import { operationInProgress } from "./worktree-list.ts";

export interface FastForward {
  readonly worktree: string;
  readonly branch: string;
  readonly from: CommitId;
  readonly to: CommitId;
  /** Untracked paths that set-up made. */
  readonly ignoring?: readonly string[];
  /** Any change to a tracked file blocks it, not only one in the way. */
  readonly onlyClean: boolean;
}

/** Why a checkout did not move; in the refusal's data, with `files`. */
export type BlockedReason = "dirty_files" | "operation_in_progress" | "moved" | "locked";

/** Refused `conflict` (`busy` when git is at work there) with a `BlockedReason`: nothing moved. */
export async function fastForward(request: FastForward): Promise<Outcome<CommitId>> {
  const git = gitIn(request.worktree);
  const [branch, head, operation] = await Promise.all([
    headBranch(git),
    headCommit(git),
    operationInProgress(git),
  ]);
  // First, since a rebase detaches the head and would look like a branch that was left.
  if (operation !== null) {
    return blocked(request, "operation_in_progress", `a ${operation} is unfinished there`, []);
  }
  if (branch !== request.branch || head !== request.from) return hasMoved(request);
  const inTheWay = await filesInTheWay(git, request);
  if (inTheWay.length > 0) return filesBlock(request, inTheWay);
  return move(git, request);
}

async function move(git: Git, request: FastForward): Promise<Outcome<CommitId>> {
  // Git checks every file again before it writes the first one.
  const args = ["merge", "--ff-only", "--no-overwrite-ignore", "--no-stat", "--quiet", request.to];
  try {
    await git.run(args, { deadlineMs: checkoutDeadlineMs });
  } catch (error) {
    if (!(error instanceof GitFault) || error.code !== "git_failed") throw error;
    if (error.stderr.includes("index.lock")) {
      return blocked(request, "locked", "another git command is at work there", []);
    }
    const inTheWay = await filesInTheWay(git, request);
    if (inTheWay.length > 0) return filesBlock(request, inTheWay);
    if ((await headCommit(git)) !== request.from) return hasMoved(request);
    const named = filesNamedBy(error);
    if (named.length > 0) return filesBlock(request, named);
    throw error;
  }
  const tip = await findCommit(git, `refs/heads/${request.branch}`);
  return tip === request.to ? accepted(request.to) : hasMoved(request);
}

async function filesInTheWay(git: Git, request: FastForward): Promise<string[]> {
  const [dirty, changed] = await Promise.all([
    listDirty(git, request.ignoring),
    changedPaths(git, request.from, request.to),
  ]);
  const touches = (path: string) =>
    isBeneath(path, changed) || changed.some((it) => isBeneath(it, [path]));
  const own = dirty.filter(
    (file) => (request.onlyClean && file.kind !== "untracked") || touches(file.path),
  );
  const hidden = await ignoredInTheWay(git, request);
  return [...new Set([...own.map((file) => file.path), ...hidden])];
}

/** Files on disk where the move would add one: also the ignored ones, which no status lists. */
async function ignoredInTheWay(git: Git, request: FastForward): Promise<string[]> {
  const args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=A"];
  const added = await git.fields([...args, request.from, request.to]);
  const present = await Promise.all(
    added.map((path) =>
      lstat(join(request.worktree, path)).then(
        (entry) => !entry.isDirectory(),
        () => false,
      ),
    ),
  );
  return added.filter((_, index) => present[index]);
}

/** Git lists what it would have overwritten one a line, after a tab. */
function filesNamedBy(fault: GitFault): string[] {
  const lines = fault.stderr.split("\n").filter((line) => line.startsWith("\t"));
  return lines.map((line) => line.trim());
}

function filesBlock(request: FastForward, files: readonly string[]): Outcome<never> {
  return blocked(request, "dirty_files", `uncommitted: ${nameFiles(files)}`, files);
}

function hasMoved(request: FastForward): Outcome<never> {
  return blocked(request, "moved", `it is no longer at ${request.from}`, []);
}

function blocked(
  request: FastForward,
  reason: BlockedReason,
  why: string,
  files: readonly string[],
): Outcome<never> {
  return refused(
    reason === "locked" ? "busy" : "conflict",
    `${request.branch} in ${request.worktree} was not moved: ${why}`,
    { reason, files, worktree: request.worktree },
  );
}
