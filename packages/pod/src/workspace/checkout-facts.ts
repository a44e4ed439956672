/**
 * All that is asked about a checkout, in one call of git: every command and every server begins
 * with it, and a process of git takes 8 ms.
 */
import { CommitId } from "@podlane/protocol";
import type { Git } from "./git/git.ts";
import { GitFault } from "./git/fault.ts";

export interface CheckoutFacts {
  readonly commit: CommitId;
  /** Null: the head is detached. */
  readonly branch: string | null;
  readonly commonDirectory: string;
  readonly gitDirectory: string;
  readonly toplevel: string;
  /** Of the asked directory; "" at the toplevel. */
  readonly prefix: string;
}

const questions = [
  ["--is-inside-work-tree", "--is-bare-repository", "--is-shallow-repository"],
  ["HEAD^{commit}", "--symbolic-full-name", "HEAD", "--path-format=absolute"],
  ["--git-common-dir", "--git-dir", "--show-toplevel", "--show-prefix"],
].flat();

const usable = "true\nfalse\nfalse\n";

/** Null unless git answers every question, each in one line: whoever asks finds out which. */
export async function readCheckout(git: Git): Promise<CheckoutFacts | null> {
  const text = await tryText(git, ["rev-parse", ...questions]);
  if (text === null || !text.startsWith(usable)) return null;
  const lines = text.slice(usable.length).split("\n");
  const [commit, ref = "", commonDirectory, gitDirectory, toplevel, prefix, ...more] = lines;
  const isWhole = commonDirectory && gitDirectory && toplevel && prefix !== undefined;
  if (!isWhole || more.length > 0) return null;
  return {
    commit: CommitId.parse(commit),
    branch: ref.startsWith("refs/heads/") ? ref.slice("refs/heads/".length) : null,
    commonDirectory,
    gitDirectory,
    toplevel,
    prefix,
  };
}

async function tryText(git: Git, args: readonly string[]): Promise<string | null> {
  try {
    return await git.text(args);
  } catch (error) {
    if (error instanceof GitFault) return null;
    throw error;
  }
}
