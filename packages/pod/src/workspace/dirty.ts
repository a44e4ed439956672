/**
 * What differs from the last commit in a worktree: staged, not staged and untracked, but not what
 * is ignored. Reads only, and never trusts the person's `status.*` settings.
 */
import { isUtf8 } from "node:buffer";
import type { Git } from "./git/git.ts";

export type DirtyKind = "modified" | "deleted" | "untracked" | "unmerged";

export interface DirtyFile {
  /** Relative to the toplevel, with `/`. Bytes that are not UTF-8 are replaced: see `bytes`. */
  readonly path: string;
  /** The name as the disk has it. */
  readonly bytes: Buffer;
  readonly kind: DirtyKind;
  /** The name is not UTF-8, so no scope rule can name it. */
  readonly unnameable: boolean;
  /** An untracked repository inside the worktree: its commits exist only there. */
  readonly nestedRepository: boolean;
}

/**
 * Every dirty path once, in git's order. `ignoring` names paths (with all beneath them) that
 * set-up put there: while untracked they are no one's work.
 */
export async function listDirty(git: Git, ignoring: readonly string[] = []): Promise<DirtyFile[]> {
  const { output } = await git.run([
    "status",
    "--porcelain=v1",
    "-z",
    "--untracked-files=all",
    "--no-renames",
    "--ignore-submodules=dirty",
  ]);
  const files = new Map<string, DirtyFile>();
  for (const record of splitAtZero(output)) {
    const file = parseRecord(record);
    if (file.kind === "untracked" && isBeneath(file.path, ignoring)) continue;
    // Removed from the index but kept on disk is listed twice: what is on disk counts.
    files.set(file.bytes.toString("latin1"), file);
  }
  return [...files.values()];
}

/** Whether `path` is one of `roots` or lies beneath one. */
export function isBeneath(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => path === root || path.startsWith(`${root}/`));
}

/** Names as `git update-index -z --stdin` reads them. */
export function asIndexInput(files: readonly DirtyFile[]): Buffer {
  const zero = Buffer.of(0);
  return Buffer.concat(files.flatMap((file) => [file.bytes, zero]));
}

function parseRecord(record: Buffer): DirtyFile {
  const [index, tree] = [record.toString("latin1", 0, 1), record.toString("latin1", 1, 2)];
  const name = record.subarray(3);
  // Git lists the files of an untracked folder one by one, so a folder is a repository of its own.
  const nestedRepository = name.at(-1) === 0x2f;
  const bytes = nestedRepository ? name.subarray(0, -1) : name;
  const kind = kindOf(index, tree);
  return { path: bytes.toString(), bytes, kind, unnameable: !isUtf8(bytes), nestedRepository };
}

function kindOf(index: string, tree: string): DirtyKind {
  if (index === "?") return "untracked";
  if (index === "U" || tree === "U" || (index === tree && "AD".includes(index))) return "unmerged";
  return tree === "D" || (index === "D" && tree === " ") ? "deleted" : "modified";
}

function splitAtZero(output: Buffer): Buffer[] {
  const records: Buffer[] = [];
  let start = 0;
  for (let end = output.indexOf(0); end >= 0; end = output.indexOf(0, start)) {
    records.push(output.subarray(start, end));
    start = end + 1;
  }
  return records;
}
