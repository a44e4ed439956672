/**
 * The base of a run: the branch that work starts from and lands on.
 */
import { accepted, refused, type CommitId, type Outcome } from "@podlane/protocol";
import { findCommit } from "./git/commit-id.ts";
import type { Repository } from "./repository.ts";

export interface Base {
  readonly commit: CommitId;
  /** The local branch that results land on; null when the base is no local branch. */
  readonly branch: string | null;
}

/**
 * Resolves the plan's `base`; without one, what is checked out. A tag, a remote branch or a
 * detached head can be started from but not landed on: `branch` is null, and results stay on
 * `podlane/<run>`. An unknown name is refused `not_found`.
 */
export async function resolveBase(repository: Repository, name?: string): Promise<Outcome<Base>> {
  const { head, git } = repository;
  if (name === undefined) {
    return accepted({ commit: head.commit, branch: head.kind === "branch" ? head.branch : null });
  }
  const local = await findCommit(git, `refs/heads/${name}`);
  if (local !== null) return accepted({ commit: local, branch: name });
  const other = name.startsWith("-") ? null : await findCommit(git, name);
  if (other !== null) return accepted({ commit: other, branch: null });
  const branches = await git.text([
    "for-each-ref",
    "--format=%(refname:short)",
    "--count=10",
    "refs/heads",
  ]);
  return refused(
    "not_found",
    `there is no branch, tag or commit "${name}" to start from; branches here: ` +
      branches.split("\n").join(", "),
  );
}
