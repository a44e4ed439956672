/** Writing a commit object: no hooks, no signature, no index; it changes no ref. */
import { CommitId } from "@podlane/protocol";
import type { Git } from "./git.ts";
import { identityVariables } from "./identity.ts";
import { renderMessage, type Trailers } from "./trailers.ts";

export interface NewCommit {
  readonly tree: string;
  readonly parents: readonly CommitId[];
  readonly message: string;
  readonly trailers?: Trailers;
  /** Overrides of author or dates, as git's variables. */
  readonly environment?: Readonly<Record<string, string>>;
}

export async function writeCommit(git: Git, commit: NewCommit): Promise<CommitId> {
  const parents = commit.parents.flatMap((parent) => ["-p", parent]);
  const identity = await identityVariables(git);
  const id = await git.text(["commit-tree", ...parents, "-F", "-", commit.tree], {
    input: renderMessage(commit.message, commit.trailers ?? {}),
    environment: { ...identity, ...commit.environment },
  });
  return CommitId.parse(id);
}

/**
 * Dates taken from the newest of `commits`, so that the same inputs make the same commit: an
 * effect that a crash interrupted is repeated without a second commit.
 */
export async function repeatableDates(
  git: Git,
  commits: readonly CommitId[],
): Promise<Record<string, string>> {
  const lines = await git.text(["log", "--no-walk=unsorted", "--format=%ct", ...commits, "--"]);
  const newest = Math.max(...lines.split("\n").map(Number));
  return { GIT_AUTHOR_DATE: `@${newest} +0000`, GIT_COMMITTER_DATE: `@${newest} +0000` };
}
