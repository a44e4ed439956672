/**
 * Making a worktree of its own for a pod, or undoing the attempt.
 *
 * Only the registration runs under the repository lock; the files are written outside it, so that
 * many pods start at once. What fails on the way is undone, and never anything else.
 */
import { existsSync } from "node:fs";
import { lstat, mkdir, readdir, realpath, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { accepted, refused, type CommitId, type Outcome } from "@podlane/protocol";
import { findCommits } from "./git/commit-id.ts";
import { GitFault } from "./git/fault.ts";
import { gitIn, type Git } from "./git/git.ts";
import { deleteRef } from "./git/refs.ts";
import { checkoutDeadlineMs } from "./limits.ts";
import type { Repository } from "./repository.ts";
import { withRepositoryLock } from "./repository-lock.ts";
import { verifyWorktree, type Worktree } from "./verify-worktree.ts";
import { checkedOutAt, listWorktrees } from "./worktree-list.ts";

export interface CreateWorktree {
  readonly repository: Repository;
  /** The file of the repository lock, in the workspace's state folder. */
  readonly lockPath: string;
  readonly path: string;
  /** A new branch at `startCommit`, or null for a detached head. */
  readonly branch: string | null;
  readonly startCommit: CommitId;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes the worktree. Refused `conflict` when the path or branch is taken, `not_found` when the
 * commit is unknown. One that a crash left half made at the same path is made anew. Throws
 * `GitFault` or `RepositoryLockFault` after undoing what it had done.
 */
export async function createWorktree(request: CreateWorktree): Promise<Outcome<Worktree>> {
  const registered = await registerWorktree(request);
  return registered.ok ? fillWorktree(request) : registered;
}

/** The first half: branch and folder are there, its files are not. Answers the real path. */
export async function registerWorktree(request: CreateWorktree): Promise<Outcome<string>> {
  await mkdir(dirname(request.path), { recursive: true });
  const lock = { signal: request.signal };
  const registered = await withRepositoryLock(request.lockPath, () => register(request), lock);
  return registered.ok ? accepted(await realpath(request.path)) : registered;
}

/** The second half: writes the files, and proves that it is the worktree asked for. */
export async function fillWorktree(request: CreateWorktree): Promise<Outcome<Worktree>> {
  // Both end before anything is undone: git must not write into a folder that goes away.
  const [checkedOut, verified] = await Promise.allSettled([
    checkOut(request),
    verifyWorktree(request),
  ]);
  if (checkedOut.status === "fulfilled" && verified.status === "fulfilled") {
    if (!verified.value.ok) await undo(request);
    return verified.value;
  }
  await undo(request);
  throw checkedOut.status === "rejected" ? checkedOut.reason : Reflect.get(verified, "reason");
}

async function checkOut({ path, signal }: CreateWorktree): Promise<void> {
  const args = ["reset", "--quiet", "--hard", "--no-recurse-submodules"];
  await gitIn(path).run(args, { deadlineMs: checkoutDeadlineMs, signal });
}

async function register(request: CreateWorktree): Promise<Outcome<null>> {
  const { git } = request.repository;
  await discardHalfMade(request);
  const found = await lookUp(request);
  if (found.start === null) {
    const message = `the start commit ${request.startCommit} is not in this repository`;
    return refused("not_found", message);
  }
  const reuse = await isLeftover(request, found);
  const taken = (await pathTaken(request.path)) ?? (reuse ? null : branchTaken(request, found));
  if (taken !== null) return refused("conflict", taken);
  const create = ["--no-track", reuse ? "-B" : "-b", request.branch ?? ""];
  const head = request.branch === null ? ["--detach"] : create;
  // `--force` only lets a path be used again whose worktree was deleted by hand.
  const args = ["worktree", "add", "--quiet", "--force", "--no-checkout", "--no-guess-remote"];
  try {
    await git.run([...args, ...head, "--", request.path, request.startCommit], {
      signal: request.signal,
    });
    return accepted(null);
  } catch (error) {
    await unregister(request);
    if (await isBranchName(git, request.branch)) throw error;
    return refused("conflict", `"${request.branch}" cannot be the name of a branch`);
  }
}

/** What the repository has of the names that a new worktree needs. */
interface Found {
  readonly start: CommitId | null;
  /** Commits of the branch and of each name above it (`agent`, `agent/task`, …), if there. */
  readonly branches: ReadonlyMap<string, CommitId>;
}

async function lookUp({ repository, branch, startCommit }: CreateWorktree): Promise<Found> {
  const segments = branch?.split("/") ?? [];
  const names = segments.map((_, index) => segments.slice(0, index + 1).join("/"));
  const refs = names.map((name) => `refs/heads/${name}`);
  const [start = null, ...tips] = await findCommits(repository.git, [startCommit, ...refs]);
  const branches = new Map<string, CommitId>();
  for (const [index, name] of names.entries()) {
    const tip = tips[index] ?? null;
    if (tip !== null) branches.set(name, tip);
  }
  return { start, branches };
}

/** Asked when git refused to make it: a name that was made by `branchName` always is one. */
async function isBranchName(git: Git, branch: string | null): Promise<boolean> {
  return branch === null || git.asks(["check-ref-format", `refs/heads/${branch}`]);
}

async function pathTaken(path: string): Promise<string | null> {
  try {
    const entries = (await lstat(path)).isDirectory() ? await readdir(path) : ["a file"];
    return entries.length === 0 ? null : `${path} is taken; remove it or choose another path`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

function branchTaken({ branch }: CreateWorktree, { branches }: Found): string | null {
  const [name] = branches.keys();
  if (name === undefined) return null;
  return name === branch
    ? `the branch ${branch} exists already`
    : `the branch ${name} exists, so git cannot make ${branch}; rename ${name}`;
}

/** A branch that a kill left between its creation and the worktree's: unused, at the start. */
async function isLeftover(request: CreateWorktree, { branches }: Found): Promise<boolean> {
  const { repository, branch, startCommit } = request;
  if (branch === null || branches.get(branch) !== startCommit) return false;
  return (await checkedOutAt(repository.git, branch)).length === 0;
}

/** Removes what a kill between registration and checkout left: it has no index, so no work. */
async function discardHalfMade(request: CreateWorktree): Promise<void> {
  if (!existsSync(request.path)) return;
  const worktrees = await listWorktrees(request.repository.git);
  const path = await realpath(request.path).catch(() => request.path);
  const half = worktrees.find(
    (tree) =>
      tree.path === path &&
      !tree.missing &&
      tree.branch === request.branch &&
      tree.commit === request.startCommit,
  );
  if (half === undefined) return;
  const index = await gitIn(path).text([
    "rev-parse",
    "--path-format=absolute",
    "--git-path",
    "index",
  ]);
  const checkedOut = await lstat(index).then(
    () => true,
    () => false,
  );
  if (!checkedOut) await unregister(request);
}

/** Under the lock, and only for what this request made. */
async function unregister(request: CreateWorktree): Promise<void> {
  const { git } = request.repository;
  await rm(request.path, { recursive: true, force: true });
  try {
    await git.run(["worktree", "remove", "--force", "--force", "--", request.path]);
  } catch (error) {
    // It never came to be registered.
    if (!(error instanceof GitFault) || error.code !== "git_failed") throw error;
  }
  if (request.branch !== null) {
    await deleteRef(git, `refs/heads/${request.branch}`, request.startCommit);
  }
}

async function undo(request: CreateWorktree): Promise<void> {
  await withRepositoryLock(request.lockPath, () => unregister(request));
}
