/**
 * The one way to git: every call of the workspaces goes through `gitIn`.
 *
 * No shell, a scrubbed environment, no program of the repository's choosing, literal pathspecs,
 * a deadline and a bound on every call. It knows no rule about branches or worktrees.
 */
import { gitDeadlineMs, maxGitOutputBytes } from "../limits.ts";
import { runChild, type ChildAnswer } from "./child.ts";
import { driverQuery, driverSettings } from "./drivers.ts";
import { gitEnvironment, type Settings } from "./environment.ts";
import { GitFault } from "./fault.ts";

export interface GitCall {
  readonly input?: string | Uint8Array | undefined;
  /** Variables on top of the scrubbed environment, such as `GIT_INDEX_FILE`. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Exit codes that are answers; any other throws. */
  readonly exitCodes?: readonly number[];
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly maxOutputBytes?: number;
  /** At the output bound: keep what came so far instead of throwing. */
  readonly truncate?: boolean;
}

export interface GitAnswer {
  readonly exitCode: number;
  readonly output: Buffer;
  readonly stderr: string;
  readonly truncated: boolean;
}

export interface Git {
  readonly directory: string;
  /** Throws `GitFault` on an exit code that is not among the accepted ones (default: 0). */
  run(args: readonly string[], call?: GitCall): Promise<GitAnswer>;
  /** Standard output as text, without the one newline that ends it. */
  text(args: readonly string[], call?: GitCall): Promise<string>;
  /** The fields of a `-z` output. */
  fields(args: readonly string[], call?: GitCall): Promise<string[]>;
  /** True on exit 0, false on exit 1: how git's questions answer. */
  asks(args: readonly string[], call?: GitCall): Promise<boolean>;
}

/**
 * Commands that never look at a file or an index, so that no configured driver can run. All others
 * first read which drivers to turn off: even `write-tree` runs a filter when the index is as new as
 * the files it lists.
 */
const objectCommands = new Set([
  "cat-file",
  "check-ref-format",
  "commit-tree",
  "config",
  "diff-tree",
  "for-each-ref",
  "log",
  "merge-base",
  "mktree",
  "rev-list",
  "rev-parse",
  "symbolic-ref",
  "update-ref",
  "version",
]);

/** As one of those: a worktree without a checkout has no files and no index yet. */
function isHarmless([command = "", verb = "", ...options]: readonly string[]): boolean {
  if (command !== "worktree") return objectCommands.has(command);
  return verb === "list" || (verb === "add" && options.includes("--no-checkout"));
}

/** Git in one directory. `parent` is the environment to scrub, this process's unless given. */
export function gitIn(directory: string, parent: NodeJS.ProcessEnv = process.env): Git {
  const run = async (args: readonly string[], call: GitCall = {}): Promise<GitAnswer> => {
    const drivers = isHarmless(args) ? [] : await readDrivers(directory, parent, call);
    const environment = gitEnvironment(parent, drivers);
    const answer = await start({ directory, environment }, args, call);
    if (answer.truncated) return { ...answer, exitCode: 0 };
    if (answer.exitCode === null || !(call.exitCodes ?? [0]).includes(answer.exitCode)) {
      throw new GitFault("git_failed", { args, directory, ...answer });
    }
    return { ...answer, exitCode: answer.exitCode };
  };
  const text = async (args: readonly string[], call?: GitCall) =>
    (await run(args, call)).output.toString().replace(/\n$/, "");
  return {
    directory,
    run,
    text,
    fields: async (args, call) => (await text(args, call)).split("\0").slice(0, -1),
    asks: async (args, call) => (await run(args, { ...call, exitCodes: [0, 1] })).exitCode === 0,
  };
}

async function readDrivers(
  directory: string,
  parent: NodeJS.ProcessEnv,
  call: GitCall,
): Promise<Settings> {
  const answer = await start({ directory, environment: gitEnvironment(parent) }, driverQuery, {
    signal: call.signal,
  });
  if (answer.exitCode === 0) return driverSettings(answer.output.toString());
  // Exit 1: none is configured.
  if (answer.exitCode === 1) return [];
  throw new GitFault("git_failed", { args: driverQuery, directory, ...answer });
}

function start(
  place: { readonly directory: string; readonly environment: NodeJS.ProcessEnv },
  args: readonly string[],
  call: GitCall,
): Promise<ChildAnswer> {
  return runChild({
    args,
    directory: place.directory,
    environment: { ...place.environment, ...call.environment },
    input: call.input,
    deadlineMs: call.deadlineMs ?? gitDeadlineMs,
    signal: call.signal,
    maxOutputBytes: call.maxOutputBytes ?? maxGitOutputBytes,
    truncate: call.truncate ?? false,
  });
}
