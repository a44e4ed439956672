/**
 * Proving that a folder is the worktree it should be, before anything works in it: after it was
 * made, and when a restarted host takes it over.
 */
import { realpath } from "node:fs/promises";
import { accepted, refused, type CommitId, type Outcome } from "@podlane/protocol";
import { findCommit, headBranch } from "./git/commit-id.ts";
import { gitIn } from "./git/git.ts";
import type { Repository } from "./repository.ts";

export interface ExpectedWorktree {
  readonly repository: Repository;
  readonly path: string;
  /** Null: a detached head. */
  readonly branch: string | null;
  readonly startCommit: CommitId;
}

export interface Worktree {
  /** Real path. */
  readonly path: string;
  readonly branch: string | null;
  readonly commit: CommitId;
}

/** Refused `conflict` unless toplevel, repository, branch and commit are what was asked for. */
export async function verifyWorktree(request: ExpectedWorktree): Promise<Outcome<Worktree>> {
  const path = await realpath(request.path);
  const { branch, startCommit } = request;
  if (await isAsExpected(request, path)) return accepted({ path, branch, commit: startCommit });
  return compare(request, path);
}

/** All five answers of one git process, compared as they are printed. */
async function isAsExpected(request: ExpectedWorktree, path: string): Promise<boolean> {
  const { branch, startCommit, repository } = request;
  const asks = ["--show-toplevel", "--show-prefix", "--path-format=absolute", "--git-common-dir"];
  const answer = await gitIn(path).run(
    ["rev-parse", ...asks, "HEAD^{commit}", "--symbolic-full-name", "HEAD"],
    { exitCodes: [0, 128] },
  );
  const head = branch === null ? "HEAD" : `refs/heads/${branch}`;
  const expected = [path, "", repository.commonDirectory, startCommit, head, ""];
  return answer.output.toString() === expected.join("\n");
}

/** What is wrong, question by question. */
async function compare(request: ExpectedWorktree, path: string): Promise<Outcome<Worktree>> {
  const git = gitIn(path);
  const [toplevel, prefix, common, branch, commit] = await Promise.all([
    git.text(["rev-parse", "--show-toplevel"]).then((found) => realpath(found)),
    git.text(["rev-parse", "--show-prefix"]),
    git
      .text(["rev-parse", "--path-format=absolute", "--git-common-dir"])
      .then((found) => realpath(found)),
    headBranch(git),
    findCommit(git, "HEAD"),
  ]);
  const expected = {
    toplevel: path,
    prefix: "",
    common: request.repository.commonDirectory,
    branch: request.branch,
    commit: request.startCommit as CommitId | null,
  };
  const found = { toplevel, prefix, common, branch, commit };
  const wrong = Object.entries(found).filter(
    ([key, value]) => value !== Reflect.get(expected, key),
  );
  if (wrong.length === 0) return accepted({ path, branch, commit: request.startCommit });
  const list = wrong.map(([key, value]) => `${key} is ${value}, not ${Reflect.get(expected, key)}`);
  return refused(
    "conflict",
    `the worktree at ${path} is not the one asked for: ${list.join("; ")}`,
    {
      reason: "unverified",
      expected,
      found,
    },
  );
}
