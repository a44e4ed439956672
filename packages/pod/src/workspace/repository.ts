/**
 * Finding the repository that a directory belongs to, and what a run needs to know of it.
 * It reads only. What Podlane cannot work with is refused here, with what to do about it.
 */
import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { accepted, refused, type CommitId, type Outcome } from "@podlane/protocol";
import { findCommit, headBranch } from "./git/commit-id.ts";
import { GitFault } from "./git/fault.ts";
import { gitIn, type Git } from "./git/git.ts";
import { gitVersion, oldestGit } from "./git/version.ts";
import { type CheckoutFacts, readCheckout } from "./checkout-facts.ts";

export type Head =
  | { readonly kind: "branch"; readonly branch: string; readonly commit: CommitId }
  | { readonly kind: "detached"; readonly commit: CommitId };

export interface Repository {
  /** First 16 hex digits of the SHA-256 of the common directory: the same in every worktree. */
  readonly workspaceId: string;
  /** Real path of the directory that all worktrees share. */
  readonly commonDirectory: string;
  /** Real path of the checkout that was asked about. */
  readonly toplevel: string;
  /** The asked directory relative to `toplevel`; "" for the toplevel itself. */
  readonly prefix: string;
  /** The checkout is a linked worktree and not the main one. */
  readonly linked: boolean;
  readonly head: Head;
  /** Git at the toplevel. */
  readonly git: Git;
}

/** Why a directory cannot be worked in; in the refusal's data as `reason`. */
export type UnusableReason =
  | "no_repository"
  | "untrusted"
  | "inside_git_directory"
  | "bare"
  | "shallow"
  | "unborn"
  | "old_git";

/** The repository around `directory`. */
export async function discoverRepository(directory: string): Promise<Outcome<Repository>> {
  const git = gitIn(directory);
  const [version, facts] = await Promise.all([gitVersion(), readCheckout(git)]);
  if (version === null) {
    return unusable("old_git", `git ${oldestGit} or newer is needed; install or upgrade git`);
  }
  return facts === null ? discoverByParts(git) : accepted(await repositoryOf(facts));
}

/** One question after the other, to say which of them was not answered as it must be. */
async function discoverByParts(git: Git): Promise<Outcome<Repository>> {
  const { directory } = git;
  const common = await findCommonDirectory(git);
  if (!common.ok) return common;
  const flags = await git.text([
    "rev-parse",
    "--is-inside-work-tree",
    "--is-bare-repository",
    "--is-shallow-repository",
  ]);
  const [inside, bare, shallow] = flags.split("\n").map((flag) => flag === "true");
  if (!inside)
    return unusable(bare ? "bare" : "inside_git_directory", outsideWorkTree(directory, bare));
  if (shallow) {
    return unusable(
      "shallow",
      `${directory} is a shallow clone, whose merges cannot be computed; ` +
        "run `git fetch --unshallow` first",
    );
  }
  return describeCheckout(git, common.value);
}

async function describeCheckout(asked: Git, commonDirectory: string): Promise<Outcome<Repository>> {
  const [toplevel, prefix, gitDirectory] = await Promise.all([
    asked.text(["rev-parse", "--show-toplevel"]),
    asked.text(["rev-parse", "--show-prefix"]),
    asked.text(["rev-parse", "--path-format=absolute", "--git-dir"]),
  ]);
  const head = await readHead(asked);
  if (!head.ok) return head;
  const facts = { ...head.value, commonDirectory, gitDirectory, toplevel, prefix };
  return accepted(await repositoryOf(facts));
}

async function repositoryOf({ commit, branch, prefix, ...paths }: CheckoutFacts) {
  const [commonDirectory, gitDirectory, toplevel] = await Promise.all([
    realpath(paths.commonDirectory),
    realpath(paths.gitDirectory),
    realpath(paths.toplevel),
  ]);
  const head: Head =
    branch === null ? { kind: "detached", commit } : { kind: "branch", branch, commit };
  return {
    workspaceId: workspaceIdOf(commonDirectory),
    commonDirectory,
    toplevel,
    prefix: prefix.replace(/\/$/, ""),
    linked: gitDirectory !== commonDirectory,
    head,
    git: gitIn(toplevel),
  };
}

/** Names the state folder of a repository. `commonDirectory` is its real path. */
export function workspaceIdOf(commonDirectory: string): string {
  return createHash("sha256").update(commonDirectory).digest("hex").slice(0, 16);
}

async function readHead(git: Git): Promise<Outcome<Pick<CheckoutFacts, "branch" | "commit">>> {
  const [branch, commit] = await Promise.all([headBranch(git), findCommit(git, "HEAD")]);
  if (commit !== null) return accepted({ branch, commit });
  return unusable(
    "unborn",
    `the branch ${branch ?? "HEAD"} has no commit yet, so there is nothing to start from; ` +
      "make the first one, for example with `git add -A && git commit -m start`",
  );
}

async function findCommonDirectory(git: Git): Promise<Outcome<string>> {
  const args = ["rev-parse", "--path-format=absolute", "--git-common-dir"];
  try {
    return accepted(await git.text(args));
  } catch (error) {
    if (!(error instanceof GitFault) || error.code === "git_timeout") throw error;
    if (error.stderr.includes("dubious ownership")) {
      return unusable(
        "untrusted",
        `git does not trust ${git.directory} because another user owns it; if you do, run ` +
          `\`git config --global --add safe.directory ${git.directory}\``,
      );
    }
    return unusable(
      "no_repository",
      `${git.directory} is not inside a git repository; go to one, or run \`git init\` ` +
        "and make a first commit",
    );
  }
}

function outsideWorkTree(directory: string, bare: boolean | undefined): string {
  return bare
    ? `${directory} is a bare repository without files; make a checkout with ` +
        "`git worktree add ../checkout` and work there"
    : `${directory} lies inside a git directory; go to the checkout`;
}

function unusable(reason: UnusableReason, message: string): Outcome<never> {
  const code =
    reason === "no_repository" ? "not_found" : reason === "untrusted" ? "denied" : "unsupported";
  return refused(code, message, { reason });
}
