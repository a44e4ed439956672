/**
 * Taking an ended pod's worktree away. Whatever in it is not on its base is kept by a snapshot ref
 * first; the branch goes with it once its commits are reachable elsewhere.
 */
import { rm } from "node:fs/promises";
import { accepted, type Outcome, type PodId } from "@podlane/protocol";
import { podLayout } from "@podlane/protocol/node";
import { deleteBranch, removeWorktree } from "../workspace/remove-worktree.ts";
import { type BootFile, readBootFile } from "./boot-file.ts";
import type { Repository } from "../workspace/repository.ts";
import type { HostSetting } from "./host-setting.ts";

/** The snapshot's ref, or null when nothing needed one. */
export async function collectPod(
  pod: PodId,
  landed: boolean,
  { layout, repository, note }: HostSetting,
): Promise<Outcome<string | null>> {
  const paths = podLayout(layout.stateDir, pod);
  const boot = await readBootFile(pod, { layout });
  await rm(paths.tempDir, { recursive: true, force: true });
  if (boot.spec.isolation === "directory") return accepted(null);
  const removed = await removeWorktree({
    repository,
    lockPath: layout.gitLock,
    path: boot.worktree,
    pod,
    mergedInto: landed ? boot.spec.start.branch : null,
    ignoring: boot.spec.setup?.link ?? [],
  });
  if (!removed.ok) return removed;
  await forgetBranch(boot, landed, repository, note);
  return accepted(removed.value?.ref ?? null);
}

/** A landed branch is history of its base; any other stays until it is kept elsewhere. */
async function forgetBranch(
  { branch, spec }: BootFile,
  landed: boolean,
  repository: Repository,
  note: HostSetting["note"],
): Promise<void> {
  if (branch === null || !landed) return;
  const deleted = await deleteBranch({ repository, branch, mergedInto: spec.start.branch });
  if (!deleted.ok) note(`the branch ${branch} stays: ${deleted.error.message}`);
}
