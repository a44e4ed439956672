/**
 * What every verb is given: the terminal, the surroundings, and lazily the workspace.
 */
import { discoverRepository, type Repository } from "@podlane/pod";
import { type StateLayout, stateLayout } from "@podlane/protocol/node";
import { expectOk } from "./failure.ts";
import { ensureStateDir } from "./state-dir.ts";
import type { Terminal } from "./terminal.ts";

export interface Workspace {
  readonly repository: Repository;
  readonly layout: StateLayout;
}

export interface CommandContext {
  readonly terminal: Terminal;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Programs that the command line starts: itself, the server, a pod, a script agent. */
  readonly programs: Programs;
}

/** Argument lists to start each program with, as bundles or as source. */
export interface Programs {
  readonly pod: readonly string[];
  readonly serve: readonly string[];
  readonly podRuntime: readonly string[];
  readonly scriptEntry: string;
  /** Flags of Node that the programs need when they run as source. */
  readonly nodeFlags: readonly string[];
}

/** The repository around the current directory and its state folder. */
export async function openWorkspace(context: CommandContext): Promise<Workspace> {
  const repository = expectOk(await discoverRepository(context.cwd));
  const stateDir = ensureStateDir(context.environment, repository.workspaceId);
  return { repository, layout: stateLayout(stateDir) };
}
