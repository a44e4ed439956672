/**
 * Which worktrees a repository has, and which of them uses a branch.
 */
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { GitFault } from "./git/fault.ts";
import type { Git } from "./git/git.ts";
import { listRetryMs, maxListTries } from "./limits.ts";

export interface ListedWorktree {
  readonly path: string;
  readonly branch: string | null;
  readonly commit: string | null;
  readonly bare: boolean;
  /** Its folder is gone: nothing is checked out there any more. */
  readonly missing: boolean;
}

/** Every worktree that git knows of, the main one first. */
export async function listWorktrees(git: Git): Promise<ListedWorktree[]> {
  const output = await readList(git);
  const records = output.split("\0\0").filter((record) => record !== "");
  return Promise.all(records.map(parseWorktree));
}

/**
 * Git stops at a worktree that anybody is adding or removing at this very moment, whoever it is:
 * no lock of ours would help.
 */
async function readList(git: Git): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await git.text(["worktree", "list", "--porcelain", "-z"]);
    } catch (error) {
      const isTorn = error instanceof GitFault && error.stderr.includes("failed to read");
      if (!isTorn || attempt === maxListTries) throw error;
      await delay(attempt * listRetryMs);
    }
  }
}

async function parseWorktree(record: string): Promise<ListedWorktree> {
  const attributes = new Map(
    record.split("\0").map((line): [string, string] => {
      const space = line.indexOf(" ");
      return space < 0 ? [line, ""] : [line.slice(0, space), line.slice(space + 1)];
    }),
  );
  const path = attributes.get("worktree") ?? "";
  return {
    path,
    branch: attributes.get("branch")?.replace(/^refs\/heads\//, "") ?? null,
    commit: attributes.get("HEAD") ?? null,
    bare: attributes.has("bare"),
    missing: !(await exists(path)),
  };
}

/** The paths of the worktrees in which `branch` is checked out; more than one only by force. */
export async function checkedOutAt(git: Git, branch: string): Promise<string[]> {
  const worktrees = await listWorktrees(git);
  return worktrees
    .filter((tree) => tree.branch === branch && !tree.missing)
    .map((tree) => tree.path);
}

/** An unfinished operation in a worktree that will move its branch or index when it goes on. */
export async function operationInProgress(git: Git): Promise<string | null> {
  const directory = await git.text(["rev-parse", "--path-format=absolute", "--git-dir"]);
  const marks = {
    MERGE_HEAD: "merge",
    CHERRY_PICK_HEAD: "cherry-pick",
    REVERT_HEAD: "revert",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    BISECT_START: "bisect",
  };
  for (const [file, operation] of Object.entries(marks)) {
    if (await exists(join(directory, file))) return operation;
  }
  return null;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The branch that an unfinished rebase or bisect in a worktree goes back to. */
export async function suspendedBranch(git: Git): Promise<string | null> {
  const directory = await git.text(["rev-parse", "--path-format=absolute", "--git-dir"]);
  for (const file of ["rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START"]) {
    const text = await readFile(join(directory, file), "utf8").catch(() => "");
    if (text !== "") return text.trim().replace(/^refs\/heads\//, "");
  }
  return null;
}
