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

const opened = new WeakMap<CommandContext, Promise<Workspace>>();

/** The repository around the current directory and its state folder; looked for once. */
export function openWorkspace(context: CommandContext): Promise<Workspace> {
  const known = opened.get(context);
  if (known !== undefined) return known;
  const workspace = discover(context);
  opened.set(context, workspace);
  return workspace;
}

async function discover(context: CommandContext): Promise<Workspace> {
  const repository = expectOk(await discoverRepository(context.cwd));
  const stateDir = ensureStateDir(context.environment, repository.workspaceId);
  return { repository, layout: stateLayout(stateDir) };
}

/** The pod that this command runs inside: its environment names the workspace's own state. */
export function ownPod(
  { environment }: CommandContext,
  { layout }: Workspace,
): { readonly id: string; readonly socket: string; readonly tokenFile: string } | null {
  const { POD_ID: id, POD_SOCKET: socket, POD_TOKEN_FILE: tokenFile } = environment;
  const isOurs = environment["POD_STATE_DIR"] === layout.stateDir;
  // In another repository a command from inside a pod is a person's command there.
  return id && socket && tokenFile && isOurs ? { id, socket, tokenFile } : null;
}
