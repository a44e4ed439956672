/**
 * The commit that lands a branch on a base, by method. Made here; `advance.ts` moves refs.
 */
import {
  accepted,
  refused,
  type CommitId,
  type MergeMethod,
  type Outcome,
} from "@podlane/protocol";
import { isAncestor, treeOf } from "../git/commit-id.ts";
import type { Git } from "../git/git.ts";
import type { Trailers } from "../git/trailers.ts";
import { repeatableDates, writeCommit } from "../git/write-commit.ts";
import { mergedTree, type Side } from "../merge-tree.ts";
import { replay } from "./replay.ts";

export interface LandingCommit {
  readonly base: Side;
  readonly branch: Side;
  readonly method: MergeMethod;
  /** For merge and squash; rebase and ff keep the branch's own. */
  readonly message: string;
  readonly trailers?: Trailers;
}

/** `commit` descends from the base; it is the base itself when there is nothing to land. */
export interface MadeCommit {
  readonly commit: CommitId;
  readonly tree: string;
}

/**
 * The same inputs give the same commit, so that an interrupted landing is simply done again.
 * Refused `conflict`: files clash (a `MergeConflict`), or ff and rebase are not possible.
 */
export async function makeCommit(git: Git, request: LandingCommit): Promise<Outcome<MadeCommit>> {
  const { base, branch } = request;
  const landed = await isAncestor(git, branch.commit, base.commit);
  const made = landed ? accepted(base.commit) : await byMethod(git, request);
  if (!made.ok) return made;
  return accepted({ commit: made.value, tree: await treeOf(git, made.value) });
}

async function byMethod(git: Git, request: LandingCommit): Promise<Outcome<CommitId>> {
  const { base, branch, method } = request;
  switch (method) {
    case "merge":
      return writeMerged(git, request, [base.commit, branch.commit]);
    case "squash":
      return writeMerged(git, request, [base.commit]);
    case "rebase":
      return (await isAncestor(git, base.commit, branch.commit)) && !(await hasMerges(git, request))
        ? accepted(branch.commit)
        : replay(git, base, branch);
    case "ff":
      if (await isAncestor(git, base.commit, branch.commit)) return accepted(branch.commit);
      return refused(
        "conflict",
        `${base.name} has commits that ${branch.name} does not: it cannot be fast-forwarded; ` +
          "choose merge, squash or rebase",
        { reason: "not_fast_forward", files: [], branches: [base.name, branch.name] },
      );
    default:
      return method satisfies never;
  }
}

async function hasMerges(git: Git, { base, branch }: LandingCommit): Promise<boolean> {
  const range = [branch.commit, `^${base.commit}`];
  return (await git.text(["rev-list", "--merges", "--max-count=1", ...range])) !== "";
}

async function writeMerged(
  git: Git,
  request: LandingCommit,
  parents: readonly CommitId[],
): Promise<Outcome<CommitId>> {
  const { base, branch } = request;
  const tree = await mergedTree(git, base, branch);
  if (!tree.ok) return tree;
  // Of both sides also for squash: a base much older than the work would date it wrongly.
  const environment = await repeatableDates(git, [base.commit, branch.commit]);
  return accepted(await writeCommit(git, { ...request, tree: tree.value, parents, environment }));
}
