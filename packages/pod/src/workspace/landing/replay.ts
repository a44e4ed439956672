/**
 * Rebase on objects alone: the commits of a branch, one by one, on top of another commit.
 */
import { accepted, CommitId, refused, type Outcome } from "@podlane/protocol";
import { treeOf } from "../git/commit-id.ts";
import type { Git } from "../git/git.ts";
import { identityVariables } from "../git/identity.ts";
import { writeCommit } from "../git/write-commit.ts";
import { maxRebaseCommits } from "../limits.ts";
import { mergedTree, predictMerge, type Side } from "../merge-tree.ts";

/**
 * The branch's commits replayed onto the base; merges are dropped, as `git rebase` does, and so is
 * what becomes empty. Refused `conflict` when a commit clashes, or when dropping the merges would
 * lose how a conflict was resolved: the result must be the tree that a merge gives.
 */
export async function replay(git: Git, base: Side, branch: Side): Promise<Outcome<CommitId>> {
  const merged = await mergedTree(git, base, branch);
  if (!merged.ok) return merged;
  const commits = await commitsToReplay(git, base, branch);
  if (commits.length > maxRebaseCommits) {
    return refused(
      "too_large",
      `${branch.name} has ${commits.length} commits, more than the ${maxRebaseCommits} that are ` +
        "rebased; land it with squash or merge",
    );
  }
  let onto = base.commit;
  for (const commit of commits) {
    const next = await pick(git, onto, commit);
    if (next === null) return notReplayable(branch, base, `commit ${commit} clashes`);
    onto = next;
  }
  if ((await treeOf(git, onto)) === merged.value) return accepted(onto);
  return notReplayable(branch, base, "its merges hold changes of their own");
}

async function commitsToReplay(git: Git, base: Side, branch: Side): Promise<CommitId[]> {
  const range = [branch.commit, `^${base.commit}`];
  const list = await git.text(["rev-list", "--reverse", "--topo-order", "--no-merges", ...range]);
  return list
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => CommitId.parse(line));
}

/**
 * `merge-tree` takes its base from history only (before git 2.40), so three synthetic commits give
 * it the history "the commit's parent, and from it both sides". Null: it clashes.
 */
async function pick(git: Git, onto: CommitId, commit: CommitId): Promise<CommitId | null> {
  const parents = (await git.text(["log", "-1", "--format=%P", commit])).split(" ");
  const [parentTree, ontoTree, tree] = await Promise.all([
    parents[0] ? treeOf(git, parents[0]) : git.text(["mktree"], { input: "" }),
    treeOf(git, onto),
    treeOf(git, commit),
  ]);
  const root = await synthetic(git, parentTree, []);
  const [ours, theirs] = await Promise.all([
    synthetic(git, ontoTree, [root]),
    synthetic(git, tree, [root]),
  ]);
  const prediction = await predictMerge(git, ours, theirs);
  if (prediction.kind !== "clean") return null;
  if (prediction.tree === ontoTree && tree !== parentTree) return onto;
  return copyOf(git, commit, { tree: prediction.tree, parents: [onto] });
}

function synthetic(git: Git, tree: string, parents: readonly CommitId[]): Promise<CommitId> {
  const date = "@0 +0000";
  const environment = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  return writeCommit(git, { tree, parents, message: "replay", environment });
}

/** Author, author date and message stay; the committer is whoever lands it. */
async function copyOf(
  git: Git,
  commit: CommitId,
  place: { readonly tree: string; readonly parents: readonly CommitId[] },
): Promise<CommitId> {
  const format = "--format=%an%x00%ae%x00%ad%x00%ct%x00%B";
  const shown = await git.text(["log", "-1", "--date=raw", "--encoding=UTF-8", format, commit]);
  const [name = "", email = "", authored = "", committed = "", ...message] = shown.split("\0");
  const identity = await identityVariables(git);
  const id = await git.text(
    ["commit-tree", ...place.parents.flatMap((parent) => ["-p", parent]), "-F", "-", place.tree],
    {
      input: message.join("\0"),
      environment: {
        ...identity,
        GIT_AUTHOR_NAME: name,
        GIT_AUTHOR_EMAIL: email,
        GIT_AUTHOR_DATE: `@${authored}`,
        GIT_COMMITTER_DATE: `@${committed} +0000`,
      },
    },
  );
  return CommitId.parse(id);
}

function notReplayable(branch: Side, base: Side, why: string): Outcome<never> {
  return refused(
    "conflict",
    `${branch.name} cannot be rebased onto ${base.name}: ${why}; land it with squash or merge`,
    { reason: "not_replayable", files: [], branches: [base.name, branch.name] },
  );
}
