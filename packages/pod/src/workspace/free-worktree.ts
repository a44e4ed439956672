/**
 * Giving a worktree to the next process of its pod, once the one before is proven gone: it must
 * still be the pod's, on its branch, and no lock of a killed git may stand in the way.
 */
import { realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { accepted, type Outcome, refused } from "@podlane/protocol";
import { gitIn } from "./git/git.ts";
import type { Repository } from "./repository.ts";

export interface FreeWorktree {
  readonly repository: Repository;
  readonly path: string;
  readonly branch: string | null;
}

/** Locks that git takes in a worktree's own folder; those of the repository are not ours. */
const worktreeLocks = ["index.lock", "HEAD.lock"];

/** Refused `not_found` when the worktree is gone, `conflict` when it is another one by now. */
export async function freeWorktree(request: FreeWorktree): Promise<Outcome<null>> {
  const path = await realpath(request.path).catch(() => null);
  if (path === null) return refused("not_found", `the worktree ${request.path} is gone`);
  const git = gitIn(path);
  const args = ["rev-parse", "--path-format=absolute", "--show-toplevel", "--git-common-dir"];
  const found = await git.text([...args, "--git-dir", "--symbolic-full-name", "HEAD"]);
  const [toplevel = "", common = "", gitDirectory = "", head = ""] = found.split("\n");
  const expected = request.branch === null ? "HEAD" : `refs/heads/${request.branch}`;
  const isOurs =
    (await realpath(toplevel)) === path &&
    (await realpath(common)) === request.repository.commonDirectory &&
    head === expected;
  if (!isOurs) return refused("conflict", `${path} is not on ${expected} any more, but on ${head}`);
  for (const lock of worktreeLocks) await rm(join(gitDirectory, lock), { force: true });
  return accepted(null);
}
