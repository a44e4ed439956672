/** Chooses the workspace's strategy. */
import { openDirectory } from "./directory.ts";
import { openOwnWorktree } from "./own-worktree.ts";
import type { OpenWorkspace, Workspace } from "./workspace.ts";

/** Opens what exists already; `createWorktree` makes a new one. */
export function openWorkspace(request: OpenWorkspace): Workspace {
  switch (request.strategy) {
    case "worktree":
      return openOwnWorktree(request);
    case "directory":
      return openDirectory(request);
    default:
      return request.strategy satisfies never;
  }
}
