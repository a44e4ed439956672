/**
 * The command line's connection to the coordinator: found through `coordinator.json`, started when
 * there is none. Inside a pod the connection carries that pod's token and rights.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { type CoordinatorMethods, coordinatorMethods, exitCodes } from "@podlane/protocol";
import { dial, mintToken, readCoordinatorFile, readToken } from "@podlane/protocol/node";
import { Client } from "./client.ts";
import { CommandFailure, expectOk } from "./failure.ts";
import { type CommandContext, openWorkspace, ownPod, type Workspace } from "./context.ts";
import { startServer } from "./start-server.ts";
import { packageVersion } from "./version.ts";

export type Coordinator = Client<CoordinatorMethods>;

/** How a command outside a pod calls itself: the registration that its claims belong to. */
interface Caller {
  readonly name: string;
}

const anyCommand: Caller = { name: "pod-cli" };

export interface Connected {
  readonly workspace: Workspace;
  readonly coordinator: Coordinator;
}

/** Opening a large log takes the winner seconds on a slow disk; one that hangs must not hang us. */
const publishDeadlineMs = 30_000;
const connectEveryMs = 25;
/** Each try is a process; one that leaves holds the place until it has closed its log. */
const startEveryMs = 500;

/** Connects, starting the server first if none answers. */
export async function connect(
  context: CommandContext,
  caller: Caller = anyCommand,
): Promise<Connected> {
  const workspace = await openWorkspace(context);
  const deadline = performance.now() + publishDeadlineMs;
  for (let startsAgainAt = 0; performance.now() < deadline;) {
    const connected = await connectRunning(context, caller);
    if (connected !== null) return connected;
    // The place may be taken: by one that will publish its socket, or by one that is leaving.
    if (performance.now() >= startsAgainAt) {
      await startServer(context, workspace);
      startsAgainAt = performance.now() + startEveryMs;
    } else await pause(connectEveryMs);
  }
  throw new CommandFailure(
    `the coordinator started but does not answer; its log is ${workspace.layout.serverLog}`,
    exitCodes.unreachable,
  );
}

/**
 * Connects wherever there can be something to tell of, starting the server if it has left or was
 * killed: pods live on without it. Null in a workspace that never had one.
 */
export async function connectKnown(context: CommandContext): Promise<Connected | null> {
  const { layout } = await openWorkspace(context);
  const hasLog = existsSync(layout.log) || existsSync(layout.storeFile);
  return hasLog ? connect(context) : null;
}

/** Connects to a coordinator that runs already; null if there is none. */
export async function connectRunning(
  context: CommandContext,
  caller: Caller = anyCommand,
): Promise<Connected | null> {
  const workspace = await openWorkspace(context);
  const { coordinatorFile, keyFile } = workspace.layout;
  const file = await readCoordinatorFile(coordinatorFile);
  // Whoever serves here has made the key first.
  if (file === null || !existsSync(keyFile)) return null;
  const outcome = await dial({
    socket: file.socket,
    hello: await credentials(context, workspace, caller),
    calls: coordinatorMethods,
    serves: {},
    handlers: {},
  });
  // Refused for what we are: say so. Not reached: nobody is there any more.
  if (!outcome.ok && outcome.error.code === "unavailable") return null;
  return { workspace, coordinator: new Client(expectOk(outcome).peer) };
}

/** A pod's own token inside a pod; else the operator's, for whoever can read the workspace key. */
export async function credentials(
  context: CommandContext,
  workspace: Workspace,
  { name }: Caller = anyCommand,
) {
  const own = ownPod(context, workspace);
  const common = { name, version: packageVersion };
  if (own !== null) {
    const token = (await readFile(own.tokenFile, "utf8")).trim();
    const claims = expectOk(readToken(token));
    return {
      ...common,
      token,
      role: claims.role,
      ...(claims.podId === undefined ? {} : { podId: claims.podId }),
      ...(claims.generation === undefined ? {} : { generation: claims.generation }),
    };
  }
  const key = await readKey(workspace.layout.keyFile);
  return { ...common, role: "operator" as const, token: mintToken(key, { role: "operator" }) };
}

function readKey(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new CommandFailure(
      `cannot read the workspace key ${path} (${cause.code ?? cause.message}): ` +
        "only its owner may give commands here",
      exitCodes.denied,
    );
  });
}

/** Runs `work` on a connection that ends with it. */
export async function withCoordinator<T>(
  context: CommandContext,
  work: (coordinator: Coordinator, workspace: Workspace) => Promise<T>,
): Promise<T> {
  const { coordinator, workspace } = await connect(context);
  try {
    return await work(coordinator, workspace);
  } finally {
    coordinator.close();
  }
}
