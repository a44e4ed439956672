/** Where this pod works: its worktree, and what of it is its own to write just now. */
import { childrenOf } from "../core/views.ts";
import type { PodSetting } from "./boot-setting.ts";
import type { OwnSession } from "./own-session.ts";
import { PodWorktree } from "./pod-worktree.ts";
import { createScopeMirror, type ScopeMirror } from "./scope-mirror.ts";

export interface Territory {
  readonly scope: ScopeMirror;
  readonly worktree: PodWorktree;
}

export function createTerritory(
  { boot, workspace }: PodSetting,
  { loop }: Pick<OwnSession, "loop">,
): Territory {
  const scope = createScopeMirror(boot, () => childrenOf(loop.state));
  const worktree = new PodWorktree({
    workspace,
    pod: boot.pod,
    podName: boot.spec.name,
    permissionOf: (path) => scope.permissionOf(path),
  });
  return { scope, worktree };
}
