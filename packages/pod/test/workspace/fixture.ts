/**
 * Small real repositories in temporary folders. The person's own configuration never reaches a
 * test: identity is set in each repository, the global and system files are not read.
 */
import { execFileSync, type StdioOptions } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { CommitId, Outcome, Refusal } from "@podlane/protocol";
import { onTestFinished } from "vitest";
import { discoverRepository, type Repository } from "../../src/workspace/repository.ts";
import type { Worktree } from "../../src/workspace/verify-worktree.ts";
import { createWorktree } from "../../src/workspace/worktree.ts";

process.env["GIT_CONFIG_GLOBAL"] = "/dev/null";
process.env["GIT_CONFIG_NOSYSTEM"] = "1";

/** A folder of its own, removed after the test; its path is real. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "podlane-workspace-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface Fixture {
  readonly root: string;
  /** The main checkout, on `main`. */
  readonly path: string;
  readonly state: string;
  readonly lockPath: string;
}

/** A repository with the given files in one commit on `main`. */
export function makeRepository(files: Record<string, string> = { "a.txt": "a\n" }): Fixture {
  const root = temporaryFolder();
  const path = join(root, "checkout");
  mkdirSync(path);
  git(path, "init", "--quiet", "--initial-branch=main");
  git(path, "config", "user.name", "Ada");
  git(path, "config", "user.email", "ada@example.com");
  commitFiles(path, files, "start");
  const state = join(root, "state");
  return { root, path, state, lockPath: join(state, "repository.lock") };
}

/** Git as a person runs it: what the code under test did is checked with another hand. */
export function git(directory: string, ...args: string[]): string {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(
      ([key]) => !key.startsWith("GIT_") || key.includes("CONFIG"),
    ),
  );
  const stdio: StdioOptions = ["ignore", "pipe", "pipe"];
  return execFileSync("git", args, { cwd: directory, env: environment, stdio })
    .toString()
    .replace(/\n$/, "");
}

export function write(directory: string, path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), content);
}

/** Writes files and commits all; answers the commit. */
export function commitFiles(
  directory: string,
  files: Record<string, string>,
  message: string,
): CommitId {
  for (const [path, content] of Object.entries(files)) write(directory, path, content);
  git(directory, "add", "--all");
  git(directory, "commit", "--quiet", "--message", message);
  return head(directory);
}

export function head(directory: string, revision = "HEAD"): CommitId {
  return git(directory, "rev-parse", revision) as CommitId;
}

export function status(directory: string): string {
  return git(directory, "status", "--porcelain", "--untracked-files=all");
}

export function valueOf<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`refused ${outcome.error.code}: ${outcome.error.message}`);
  return outcome.value;
}

export function refusalOf(outcome: Outcome<unknown>): Refusal & { data: Record<string, unknown> } {
  if (outcome.ok) throw new Error(`accepted: ${JSON.stringify(outcome.value)}`);
  return { ...outcome.error, data: (outcome.error.data ?? {}) as Record<string, unknown> };
}

export async function discover(fixture: Fixture): Promise<Repository> {
  return valueOf(await discoverRepository(fixture.path));
}

/** A pod's worktree on a new branch, at `start` or the head of the checkout. */
export async function makeWorktree(
  fixture: Fixture,
  branch: string,
  start?: CommitId,
): Promise<Worktree> {
  const made = await createWorktree({
    repository: await discover(fixture),
    lockPath: fixture.lockPath,
    path: join(fixture.state, "worktrees", branch.replaceAll("/", "-")),
    branch,
    startCommit: start ?? head(fixture.path),
  });
  return valueOf(made);
}
