/**
 * Combining branches onto a base without a worktree: the start of a dependent task, and the
 * commits that landing makes. Nothing here moves a ref.
 */
import { accepted, type CommitId, type Outcome } from "@podlane/protocol";
import { isAncestor } from "../git/commit-id.ts";
import type { Git } from "../git/git.ts";
import { repeatableDates, writeCommit } from "../git/write-commit.ts";
import { mergedTree, type Side } from "../merge-tree.ts";

/**
 * The base with each side merged into it, in order; sides it holds already cost nothing. The same
 * inputs give the same commit. Refused `conflict` with a `MergeConflict` at the first that clashes.
 */
export async function combine(
  git: Git,
  base: Side,
  sides: readonly Side[],
): Promise<Outcome<CommitId>> {
  let current = base;
  for (const side of sides) {
    const next = await combineTwo(git, current, side);
    if (!next.ok) return next;
    current = { name: base.name, commit: next.value };
  }
  return accepted(current.commit);
}

async function combineTwo(git: Git, ours: Side, theirs: Side): Promise<Outcome<CommitId>> {
  if (await isAncestor(git, theirs.commit, ours.commit)) return accepted(ours.commit);
  if (await isAncestor(git, ours.commit, theirs.commit)) return accepted(theirs.commit);
  const tree = await mergedTree(git, ours, theirs);
  if (!tree.ok) return tree;
  const parents = [ours.commit, theirs.commit];
  const environment = await repeatableDates(git, parents);
  const message = `Combine ${theirs.name} with ${ours.name}`;
  return accepted(await writeCommit(git, { tree: tree.value, parents, message, environment }));
}
