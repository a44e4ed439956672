/**
 * Dropping a cancelled turn's work: back to where the turn began, with everything kept under a
 * snapshot ref first.
 */
import { accepted, type CommitId, type Outcome, type PodId, refused } from "@podlane/protocol";
import { gitIn } from "../workspace/git/git.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** Refused `unsupported` in a shared directory, whose files are not this pod's to reset. */
export async function dropWork(
  workspace: Workspace,
  pod: PodId,
  to: CommitId | null,
): Promise<Outcome<void>> {
  if (workspace.strategy === "directory" || to === null) {
    return refused("unsupported", "work in a shared directory is not dropped: others share it");
  }
  await workspace.snapshot(pod);
  const git = gitIn(workspace.path);
  await git.run(["reset", "--hard", "--quiet", to]);
  const kept = workspace.ignoring.flatMap((path) => ["--exclude", path]);
  await git.run(["clean", "-d", "--force", "--quiet", ...kept]);
  return accepted(undefined);
}
