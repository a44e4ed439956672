/**
 * Trees made of what lies in a worktree, without touching the worktree or its index: everything
 * is staged in an index of its own in a temporary folder. A kill leaves that folder, nothing else.
 */
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asIndexInput, type DirtyFile } from "./dirty.ts";
import type { Git, GitCall } from "./git/git.ts";

/** The tree of `commit` with the given files as they lie in the worktree of `git`. */
export function worktreeTree(
  git: Git,
  commit: string,
  files: readonly DirtyFile[],
): Promise<string> {
  return withTemporaryIndex(async (index) => {
    const call = { environment: { GIT_INDEX_FILE: index } };
    await git.run(["read-tree", commit], call);
    await stage(git, files, call);
    return git.text(["write-tree"], call);
  });
}

/** The tree of the worktree's own index, or null while it holds conflicts or does not exist. */
export async function stagedTree(git: Git): Promise<string | null> {
  const real = await git.text(["rev-parse", "--path-format=absolute", "--git-path", "index"]);
  return withTemporaryIndex(async (index) => {
    try {
      await copyFile(real, index);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
    const answer = await git.run(["write-tree"], {
      environment: { GIT_INDEX_FILE: index },
      exitCodes: [0, 128],
    });
    return answer.exitCode === 0 ? answer.output.toString().trim() : null;
  });
}

/**
 * Stages the files as they lie in the worktree. Deletions go first and by name alone: a file that
 * became a folder, or a folder that became a link, could not be looked up.
 */
export async function stage(
  git: Git,
  files: readonly DirtyFile[],
  call: GitCall = {},
): Promise<void> {
  const deleted = files.filter((file) => file.kind === "deleted");
  const present = files.filter((file) => file.kind !== "deleted");
  if (deleted.length > 0) {
    const input = asIndexInput(deleted);
    await git.run(["update-index", "--force-remove", "-z", "--stdin"], { ...call, input });
  }
  if (present.length > 0) {
    const input = asIndexInput(present);
    // `--remove`: a file may vanish between the listing and now.
    await git.run(["update-index", "--add", "--remove", "--replace", "-z", "--stdin"], {
      ...call,
      input,
    });
  }
}

async function withTemporaryIndex<T>(action: (index: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "podlane-index-"));
  try {
    return await action(join(folder, "index"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
