/** Names of commits as git prints them, and the few questions about them that all parts ask. */
import { CommitId } from "@podlane/protocol";
import type { Git } from "./git.ts";

/** The commit that `revision` names, or null when there is none. */
export async function findCommit(git: Git, revision: string): Promise<CommitId | null> {
  const answer = await git.run(
    ["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`],
    { exitCodes: [0, 1, 128] },
  );
  return answer.exitCode === 0 ? CommitId.parse(answer.output.toString().trim()) : null;
}

/** As `findCommit`, for many at the price of one git process. */
export async function findCommits(
  git: Git,
  revisions: readonly string[],
): Promise<(CommitId | null)[]> {
  // A revision is a line; no name that git accepts holds a line break.
  const lines = revisions.map((revision) =>
    revision.includes("\n") ? "" : `${revision}^{commit}`,
  );
  const answer = await git.text(["cat-file", "--batch-check=%(objecttype) %(objectname)"], {
    input: `${lines.join("\n")}\n`,
  });
  return answer
    .split("\n")
    .map((line) => (line.startsWith("commit ") ? CommitId.parse(line.slice(7)) : null));
}

/** The commit checked out in the directory of `git`. Throws where there is none. */
export async function headCommit(git: Git): Promise<CommitId> {
  return CommitId.parse(await git.text(["rev-parse", "--verify", "HEAD^{commit}"]));
}

/** The branch checked out in the directory of `git`, or null when the head is detached. */
export async function headBranch(git: Git): Promise<string | null> {
  const answer = await git.run(["symbolic-ref", "--quiet", "HEAD"], { exitCodes: [0, 1] });
  const ref = answer.output.toString().replace(/\n$/, "");
  return answer.exitCode === 0 && ref.startsWith("refs/heads/") ? ref.slice(11) : null;
}

/** Whether `ancestor` is `descendant` or comes before it. */
export function isAncestor(git: Git, ancestor: string, descendant: string): Promise<boolean> {
  return git.asks(["merge-base", "--is-ancestor", ancestor, descendant]);
}

/** The tree of a commit. */
export function treeOf(git: Git, commit: string): Promise<string> {
  return git.text(["rev-parse", "--verify", `${commit}^{tree}`]);
}
