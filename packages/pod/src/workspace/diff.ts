/**
 * What a pod changed: from a commit to the files as they lie in its worktree, dirty and untracked
 * ones included, without touching its index.
 */
import { listDirty } from "./dirty.ts";
import { headCommit } from "./git/commit-id.ts";
import { gitIn, type Git } from "./git/git.ts";
import { maxDiffBytes } from "./limits.ts";
import { worktreeTree } from "./temporary-index.ts";

export interface DiffRequest {
  readonly worktree: string;
  /** A commit, branch or tree to compare from. */
  readonly base: string;
  /** Compare to this commit or branch instead of the files in the worktree. */
  readonly to?: string;
  readonly ignoring?: readonly string[];
  readonly maxBytes?: number;
}

export interface DiffFile {
  readonly path: string;
  /** Null for a binary file. */
  readonly addedLines: number | null;
  readonly deletedLines: number | null;
}

export interface DiffText {
  readonly text: string;
  /** The diff is longer than the bound and was cut. */
  readonly truncated: boolean;
}

/** Lines added and deleted by file; a rename is a deletion and an addition. */
export async function diffStat(request: DiffRequest): Promise<DiffFile[]> {
  const git = gitIn(request.worktree);
  const args = ["--numstat", "-z", "--no-renames"];
  const records = await git.fields([...diffTree, ...args, ...(await ends(git, request))]);
  return records.map((record) => {
    const [added = "", deleted = "", ...path] = record.split("\t");
    return { path: path.join("\t"), addedLines: count(added), deletedLines: count(deleted) };
  });
}

/** A patch as `git apply` reads it. Bytes that are not UTF-8 are replaced. */
export async function diffText(request: DiffRequest): Promise<DiffText> {
  const git = gitIn(request.worktree);
  const args = ["--patch", "--find-renames", "--src-prefix=a/", "--dst-prefix=b/"];
  const answer = await git.run([...diffTree, ...args, ...(await ends(git, request))], {
    maxOutputBytes: request.maxBytes ?? maxDiffBytes,
    truncate: true,
  });
  return { text: answer.output.toString(), truncated: answer.truncated };
}

const diffTree = ["diff-tree", "-r", "--no-color", "--no-ext-diff", "--no-textconv"];

async function ends(git: Git, request: DiffRequest): Promise<[from: string, to: string]> {
  const from = await git.text([
    "rev-parse",
    "--verify",
    "--end-of-options",
    `${request.base}^{tree}`,
  ]);
  if (request.to !== undefined) {
    const to = await git.text([
      "rev-parse",
      "--verify",
      "--end-of-options",
      `${request.to}^{tree}`,
    ]);
    return [from, to];
  }
  const dirty = await listDirty(git, request.ignoring);
  const files = dirty.filter((file) => !file.nestedRepository);
  return [from, await worktreeTree(git, await headCommit(git), files)];
}

function count(field: string): number | null {
  return field === "-" ? null : Number(field);
}
