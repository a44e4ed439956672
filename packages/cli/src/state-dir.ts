/**
 * Where the state of a repository's workspace lives: `$POD_HOME/<workspace id>`, one folder for
 * every worktree of the repository, outside the checkout.
 */
import { accessSync, constants, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { exitCodes } from "@podlane/protocol";
import { CommandFailure } from "./failure.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `$POD_HOME`, else the home of the pod this runs inside, else `$XDG_STATE_HOME/podlane`, else
 * `~/.local/state/podlane`.
 */
export function podHome(environment: Environment): string {
  const own = environment["POD_HOME"];
  if (own !== undefined && own !== "") return resolve(own);
  const ofPod = environment["POD_STATE_DIR"];
  if (ofPod !== undefined && isAbsolute(ofPod)) return dirname(ofPod);
  const xdg = environment["XDG_STATE_HOME"];
  // The XDG specification says that a relative path is to be ignored.
  const state = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), ".local", "state");
  return join(state, "podlane");
}

/** Makes the workspace's state folder (0700). Ends the command where it cannot be written. */
export function ensureStateDir(environment: Environment, workspaceId: string): string {
  const stateDir = join(podHome(environment), workspaceId);
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    accessSync(stateDir, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown";
    throw new CommandFailure(
      `cannot write the state folder ${stateDir} (${code}): ` +
        `make ${dirname(stateDir)} writable, or set POD_HOME to a folder that is`,
      exitCodes.failed,
    );
  }
  return stateDir;
}
