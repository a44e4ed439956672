/**
 * What a merge would give, computed on objects alone: no worktree, no index, no ref.
 */
import { accepted, refused, type CommitId, type Outcome } from "@podlane/protocol";
import type { Git } from "./git/git.ts";
import { maxReportedFiles } from "./limits.ts";

export type Prediction =
  | { readonly kind: "clean"; readonly tree: string }
  | { readonly kind: "conflict"; readonly files: readonly string[] }
  /** The two have no common ancestor. */
  | { readonly kind: "unrelated" };

/** Merges `theirs` into `ours` in thought. */
export async function predictMerge(git: Git, ours: string, theirs: string): Promise<Prediction> {
  const args = ["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", ours, theirs];
  const answer = await git.run(args, { exitCodes: [0, 1, 128] });
  if (answer.exitCode === 128) {
    if (await git.asks(["merge-base", ours, theirs])) {
      // Not for want of an ancestor: fail with git's own words.
      await git.run(args);
    }
    return { kind: "unrelated" };
  }
  const [tree = "", ...files] = answer.output.toString().split("\0").slice(0, -1);
  return answer.exitCode === 0 ? { kind: "clean", tree } : { kind: "conflict", files };
}

/** One side of a merge as people know it. */
export interface Side {
  /** Branch or other name, for messages. */
  readonly name: string;
  readonly commit: CommitId;
}

/** In the data of a refused merge. */
export interface MergeConflict {
  readonly reason: "merge_conflict" | "unrelated";
  readonly files: readonly string[];
  readonly branches: readonly [string, string];
  readonly commits: readonly [CommitId, CommitId];
}

/** The merged tree; refused `conflict` with a `MergeConflict` naming files and both branches. */
export async function mergedTree(git: Git, ours: Side, theirs: Side): Promise<Outcome<string>> {
  const prediction = await predictMerge(git, ours.commit, theirs.commit);
  if (prediction.kind === "clean") return accepted(prediction.tree);
  const data: MergeConflict = {
    reason: prediction.kind === "conflict" ? "merge_conflict" : "unrelated",
    files: prediction.kind === "conflict" ? prediction.files : [],
    branches: [ours.name, theirs.name],
    commits: [ours.commit, theirs.commit],
  };
  const why =
    prediction.kind === "conflict"
      ? `both changed ${nameFiles(prediction.files)}`
      : "they have no commit in common";
  return refused("conflict", `${theirs.name} cannot be merged into ${ours.name}: ${why}`, data);
}

/** A list of files for a message, cut at a bound. */
export function nameFiles(files: readonly string[]): string {
  const named = files.slice(0, maxReportedFiles).join(", ");
  const more = files.length - maxReportedFiles;
  return more > 0 ? `${named} and ${more} more` : named;
}

/** The paths that differ between two commits or trees. */
export function changedPaths(git: Git, from: string, to: string): Promise<string[]> {
  return git.fields(["diff-tree", "-r", "-z", "--name-only", "--no-renames", from, to]);
}
