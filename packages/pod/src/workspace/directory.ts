/**
 * The `directory` strategy: pods share the person's checkout. Claims protect the bytes, and git is
 * only read: what is dirty may be anyone's, so committing it stays with the person.
 */
import { accepted, refused } from "@podlane/protocol";
import { diffStat, diffText } from "./diff.ts";
import { gitIn } from "./git/git.ts";
import { listDirty } from "./dirty.ts";
import { headCommit } from "./git/commit-id.ts";
import { setupPaths } from "./setup.ts";
import { snapshotWorktree } from "./snapshot.ts";
import type { OpenWorkspace, Workspace } from "./workspace.ts";

export function openDirectory(request: OpenWorkspace): Workspace {
  const { path: toplevel } = request;
  const git = gitIn(toplevel);
  const ignoring = setupPaths(request.setup);
  const place = { worktree: toplevel, ignoring };
  return {
    strategy: "directory",
    path: toplevel,
    branch: null,
    ignoring,
    head: () => headCommit(git),
    dirty: () => listDirty(git, ignoring),
    // Nothing is left out either: what is dirty here is not known to be this pod's.
    commitDirty: async () =>
      accepted({ commit: null, head: await headCommit(git), files: [], left: [] }),
    findCommit: async () => null,
    join: async ({ child }) =>
      refused("unsupported", `${child} shares its parent's directory: there is nothing to join`),
    diffStat: (asked) => diffStat({ ...asked, ...place }),
    diffText: (asked) => diffText({ ...asked, ...place }),
    snapshot: (pod) => snapshotWorktree({ ...place, pod }),
  };
}
