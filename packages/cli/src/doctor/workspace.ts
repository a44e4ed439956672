/** Whether the repository and its state folder can be worked in. */
import { join } from "node:path";
import { maxSocketPathBytes } from "@podlane/protocol";
import { readCoordinatorFile } from "@podlane/protocol/node";
import { startTimeOf } from "@podlane/pod";
import { type CommandContext, openWorkspace, type Workspace } from "../context.ts";
import { type Connected, connectRunning } from "../coordinator-client.ts";
import { CommandFailure } from "../failure.ts";
import { longestSocketName } from "../serve/socket-place.ts";
import { packageVersion } from "../version.ts";
import { type Check, problem, well } from "./check.ts";

export interface OpenedWorkspace {
  readonly checks: readonly Check[];
  readonly workspace: Workspace | null;
}

export async function checkWorkspace(context: CommandContext): Promise<OpenedWorkspace> {
  try {
    const workspace = await openWorkspace(context);
    const { repository, layout } = workspace;
    const checks = [
      well("repository", repository.toplevel),
      well("state folder", layout.stateDir),
      checkSockets(workspace),
    ];
    return { workspace, checks };
  } catch (fault) {
    if (!(fault instanceof CommandFailure)) throw fault;
    // A refusal is git's answer about the repository; without one the state folder failed.
    const name = fault.refusal === null ? "state folder" : "repository";
    const [found = "", ...remedy] = fault.message.split(/[:;] /);
    return { workspace: null, checks: [problem(name, found, remedy.join("; "))] };
  }
}

/** A long path is no problem: the sockets then lie in a private temporary folder. */
function checkSockets({ layout }: Workspace): Check {
  const longest = Buffer.byteLength(join(layout.sockets, longestSocketName));
  return longest <= maxSocketPathBytes
    ? well("sockets", layout.sockets)
    : well("sockets", `in a temporary folder: ${layout.sockets} is too long for a socket's path`);
}

export interface FoundCoordinator {
  readonly check: Check;
  readonly connected: Connected | null;
}

export async function checkCoordinator(
  context: CommandContext,
  { layout }: Workspace,
): Promise<FoundCoordinator> {
  const name = "coordinator";
  const file = await readCoordinatorFile(layout.coordinatorFile);
  if (file === null) {
    const check = well(name, "not running; the first command that needs it starts it");
    return { check, connected: null };
  }
  const connected = await connectRunning(context);
  if (connected !== null) return { connected, check: await checkVersion(connected) };
  const lives = startTimeOf(file.pid) === file.startTime;
  const check = lives
    ? problem(name, `pid ${file.pid} lives and does not answer`, `see ${layout.serverLog}`)
    : problem(
        name,
        `${layout.coordinatorFile} is stale: pid ${file.pid} is gone`,
        `it ended without an orderly stop; any command that needs it starts a new one (pod ps -a)`,
      );
  return { connected: null, check };
}

async function checkVersion({ coordinator }: Connected): Promise<Check> {
  const { version, pid } = await coordinator.call("server.status", {});
  if (version === packageVersion) return well("coordinator", `pid ${pid}, version ${version}`);
  const found = `pid ${pid} has version ${version}, this command ${packageVersion}`;
  return problem("coordinator", found, "pod serve --stop, once its pods have ended");
}
