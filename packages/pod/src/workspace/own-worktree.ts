/** The `worktree` strategy: a folder and a branch that belong to one pod. */
import assert from "node:assert";
import { commitDirty } from "./commit.ts";
import { diffStat, diffText } from "./diff.ts";
import { listDirty } from "./dirty.ts";
import { headCommit } from "./git/commit-id.ts";
import { gitIn } from "./git/git.ts";
import { findCommitByTrailer } from "./git/trailers.ts";
import { joinBranch } from "./join.ts";
import { setupPaths } from "./setup.ts";
import { snapshotWorktree } from "./snapshot.ts";
import type { OpenWorkspace, Workspace } from "./workspace.ts";

export function openOwnWorktree(request: OpenWorkspace): Workspace {
  const { path: worktree, branch } = request;
  assert(branch !== null, "a pod's worktree has a branch of its own");
  const ignoring = setupPaths(request.setup);
  const git = gitIn(worktree);
  const place = { worktree, ignoring };
  return {
    strategy: "worktree",
    path: worktree,
    branch,
    ignoring,
    head: () => headCommit(git),
    dirty: () => listDirty(git, ignoring),
    commitDirty: (asked) => commitDirty({ ...asked, ...place }),
    findCommit: (search) => findCommitByTrailer(git, { ...search, revisions: "HEAD" }),
    join: (asked) => joinBranch({ ...asked, ...place, branch }),
    diffStat: (asked) => diffStat({ ...asked, ...place }),
    diffText: (asked) => diffText({ ...asked, ...place }),
    snapshot: (pod) => snapshotWorktree({ ...place, pod }),
  };
}
