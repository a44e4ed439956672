/** Where the next result lands: base, with what was set aside while base could not move. */
import { accepted, refused, type CommitId, type Outcome } from "@podlane/protocol";
import { findCommit } from "../git/commit-id.ts";
import type { Git } from "../git/git.ts";
import type { Side } from "../merge-tree.ts";
import { combine } from "./combine.ts";

export interface LandingTip {
  /** Base's own tip: what `advanceTarget` expects to find there. */
  readonly from: CommitId;
  /** What to combine the next branch with. */
  readonly tip: Side;
}

/**
 * `branch` null: the run started at `commit` and has no base branch. Refused `conflict` when what
 * was set aside no longer merges with base.
 */
export async function landingTip(
  git: Git,
  base: { readonly branch: string | null; readonly commit: CommitId },
  setAside: string,
): Promise<Outcome<LandingTip>> {
  const from =
    base.branch === null ? base.commit : await findCommit(git, `refs/heads/${base.branch}`);
  if (from === null)
    return refused("not_found", `the branch ${base.branch} does not exist any more`);
  const own: Side = { name: base.branch ?? from, commit: from };
  const waiting = await findCommit(git, `refs/heads/${setAside}`);
  const sides = waiting === null ? [] : [{ name: setAside, commit: waiting }];
  const combined = await combine(git, own, sides);
  if (!combined.ok) return combined;
  return accepted({ from, tip: { name: own.name, commit: combined.value } });
}
