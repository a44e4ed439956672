/**
 * Trying a commit: a throw-away worktree, set up as a pod's would be, in which the gate command
 * runs. Afterwards nothing is left but the output file.
 */
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { accepted, type CommitId, type Outcome, type Setup } from "@podlane/protocol";
import { runCommand, type CommandResult } from "./command.ts";
import type { Repository } from "./repository.ts";
import { withRepositoryLock } from "./repository-lock.ts";
import { applySetup } from "./setup.ts";
import { createWorktree } from "./worktree.ts";

export interface RunGate {
  readonly repository: Repository;
  readonly lockPath: string;
  /** Folder of the throw-away worktrees, in the state folder. */
  readonly folder: string;
  readonly commit: CommitId;
  readonly command: string;
  readonly setup: Setup | null;
  readonly outputPath: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** For the command alone. */
  readonly deadlineMs?: number;
  readonly maxOutputBytes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A red gate is a value, `passed: false`; a workspace that cannot be made is refused. */
export async function runGate(request: RunGate): Promise<Outcome<CommandResult>> {
  const path = join(request.folder, `gate-${randomBytes(6).toString("hex")}`);
  const place = { ...request, path, branch: null, startCommit: request.commit };
  const worktree = await createWorktree(place);
  if (!worktree.ok) return worktree;
  try {
    const ready = await prepare(request, path);
    if (!ready.ok) return ready;
    return accepted(await runCommand({ ...request, directory: path }));
  } finally {
    await discard(request, path);
  }
}

async function prepare(request: RunGate, workspace: string): Promise<Outcome<unknown>> {
  if (request.setup === null) return accepted(null);
  const { setup, environment, signal } = request;
  return applySetup({
    setup,
    checkout: request.repository.toplevel,
    workspace,
    outputPath: `${request.outputPath}.setup`,
    ...(environment && { environment }),
    signal,
  });
}

/** Without a snapshot: what a gate writes is nobody's work. */
async function discard(request: RunGate, path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  const args = ["worktree", "remove", "--force", "--force", "--", path];
  await withRepositoryLock(request.lockPath, () => request.repository.git.run(args));
}
