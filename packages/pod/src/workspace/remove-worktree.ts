/**
 * Taking a worktree away without losing work: whatever is dirty or not merged is kept by a
 * snapshot ref first. Ignored files are not work and go with the folder.
 */
import { randomBytes } from "node:crypto";
import { readdir, realpath, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { accepted, refused, type CommitId, type Outcome } from "@podlane/protocol";
import { listDirty } from "./dirty.ts";
import { findCommit, headCommit, isAncestor } from "./git/commit-id.ts";
import { gitIn, type Git } from "./git/git.ts";
import { deleteRef } from "./git/refs.ts";
import type { Repository } from "./repository.ts";
import { withRepositoryLock } from "./repository-lock.ts";
import { isKept, snapshotWorktree, type Snapshot } from "./snapshot.ts";
import { checkedOutAt, listWorktrees, operationInProgress } from "./worktree-list.ts";

export interface RemoveWorktree {
  readonly repository: Repository;
  readonly lockPath: string;
  readonly path: string;
  /** Names the snapshot. */
  readonly pod: string;
  /** What the work is merged into; null: nothing is. */
  readonly mergedInto: CommitId | string | null;
  readonly ignoring?: readonly string[];
}

/**
 * Removes the worktree; its branch stays. Null when it held nothing that is not in `mergedInto`;
 * already removed is fine. Refused `conflict` when it is the main checkout or holds repositories
 * (nested, or submodules with own commits), whose commits a snapshot cannot keep.
 */
export async function removeWorktree(request: RemoveWorktree): Promise<Outcome<Snapshot | null>> {
  const { git } = request.repository;
  const path = await realpath(request.path).catch(() => request.path);
  const [main, ...linked] = await listWorktrees(git);
  if (main?.path === path) {
    return refused("conflict", `${path} is the main checkout and is never removed`);
  }
  const listed = linked.find((tree) => tree.path === path);
  if (listed === undefined) return accepted(null);
  if (listed.missing) {
    await forget(request, path);
    return accepted(null);
  }
  const own = await ownRepositories(path, request.ignoring ?? []);
  if (own.length > 0) return holdsRepositories(path, own);
  const snapshot = (await holdsWork(path, request))
    ? await snapshotWorktree({ ...request, worktree: path })
    : null;
  // Renaming is one step, so a kill never leaves half a worktree, and the slow part needs no lock.
  const doomed = join(
    dirname(path),
    `${removalPrefix}${basename(path)}-${randomBytes(4).toString("hex")}`,
  );
  await rename(path, doomed);
  await forget(request, path);
  await rm(doomed, { recursive: true, force: true });
  return accepted(snapshot);
}

const removalPrefix = ".removing-";

/** Deletes what a kill during removals left in a folder of worktrees. */
export async function sweepRemovals(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((entry) => entry.startsWith(removalPrefix))) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

function forget(request: RemoveWorktree, path: string): Promise<unknown> {
  const args = ["worktree", "remove", "--force", "--force", "--", path];
  return withRepositoryLock(request.lockPath, () => request.repository.git.run(args));
}

async function holdsWork(path: string, request: RemoveWorktree): Promise<boolean> {
  const git = gitIn(path);
  const dirty = await listDirty(git, request.ignoring);
  if (dirty.length > 0 || (await operationInProgress(git)) !== null) return true;
  const into = request.mergedInto === null ? null : await findCommit(git, request.mergedInto);
  return into === null || !(await isAncestor(git, await headCommit(git), into));
}

/** Paths of repositories inside whose commits exist only there. */
async function ownRepositories(path: string, ignoring: readonly string[]): Promise<string[]> {
  const git = gitIn(path);
  const dirty = await listDirty(git, ignoring);
  const nested = dirty.filter((file) => file.nestedRepository).map((file) => file.path);
  return [...nested, ...(await changedSubmodules(git))];
}

async function changedSubmodules(git: Git): Promise<string[]> {
  const modules = await git.text(["rev-parse", "--path-format=absolute", "--git-path", "modules"]);
  const populated = await readdir(modules).catch(() => []);
  if (populated.length === 0) return [];
  // Only here are changed files inside a submodule listed as well.
  const args = ["status", "--porcelain=v2", "-z", "--no-renames", "--ignore-submodules=none"];
  const records = await git.fields(args);
  return records
    .map((record) => record.split(" "))
    .filter((fields) => fields[0] === "1" && fields[2]?.startsWith("S"))
    .map((fields) => fields.slice(8).join(" "));
}

function holdsRepositories(path: string, own: readonly string[]): Outcome<never> {
  return refused(
    "conflict",
    `${path} holds repositories of its own, whose commits no snapshot can keep: ` +
      `${own.join(", ")}; push or move them, then try again`,
    { reason: "nested_repositories", files: own },
  );
}

export interface DeleteBranch {
  readonly repository: Repository;
  readonly branch: string;
  /** What its commits may be reachable from, besides a snapshot. */
  readonly mergedInto: CommitId | string | null;
}

/**
 * Deletes a branch whose tip is in `mergedInto` or kept by a snapshot; else refused `conflict`.
 * Answers false when there is no such branch.
 */
export async function deleteBranch(request: DeleteBranch): Promise<Outcome<boolean>> {
  const { git } = request.repository;
  const ref = `refs/heads/${request.branch}`;
  const tip = await findCommit(git, ref);
  if (tip === null) return accepted(false);
  const places = await checkedOutAt(git, request.branch);
  if (places.length > 0) {
    return refused(
      "conflict",
      `the branch ${request.branch} is checked out at ${places.join(", ")}`,
    );
  }
  const into = request.mergedInto === null ? null : await findCommit(git, request.mergedInto);
  const safe = (into !== null && (await isAncestor(git, tip, into))) || (await isKept(git, tip));
  if (!safe) {
    return refused(
      "conflict",
      `the branch ${request.branch} has commits that nothing else keeps; ` +
        "merge it or make a snapshot",
    );
  }
  if (await deleteRef(git, ref, tip)) return accepted(true);
  return refused("busy", `the branch ${request.branch} moved while it was being deleted`);
}
