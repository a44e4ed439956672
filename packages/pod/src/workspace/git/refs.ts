/**
 * Moving refs, always by compare-and-swap: a ref that someone else moved is never overwritten.
 */
import type { CommitId } from "@podlane/protocol";
import { findCommit } from "./commit-id.ts";
import { GitFault } from "./fault.ts";
import type { Git } from "./git.ts";

export interface RefMove {
  readonly ref: string;
  /** The value it must have now; null: it must not exist. */
  readonly from: CommitId | null;
  readonly to: CommitId;
  /** For the reflog. */
  readonly reason: string;
}

/** Moves the ref; false when it does not have the expected value. Throws for any other failure. */
export async function swapRef(git: Git, move: RefMove): Promise<boolean> {
  const expected = move.from ?? "0".repeat(move.to.length);
  try {
    await git.run(["update-ref", "-m", `podlane: ${move.reason}`, move.ref, move.to, expected]);
    return true;
  } catch (error) {
    if (error instanceof GitFault && (await findCommit(git, move.ref)) !== move.from) return false;
    throw error;
  }
}

/** Deletes the ref if it still has that value; false when it has another or none. */
export async function deleteRef(git: Git, ref: string, value: CommitId): Promise<boolean> {
  try {
    await git.run(["update-ref", "-d", ref, value]);
    return true;
  } catch (error) {
    if (error instanceof GitFault && (await findCommit(git, ref)) !== value) return false;
    throw error;
  }
}
