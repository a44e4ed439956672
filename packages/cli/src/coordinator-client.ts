/**
 * The command line's connection to the coordinator: found through `coordinator.json`, started when
 * there is none. Inside a pod the connection carries that pod's token and rights.
 */
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

export interface Connected {
  readonly workspace: Workspace;
  readonly coordinator: Coordinator;
}

/** Opening a large log takes the winner seconds on a slow disk; one that hangs must not hang us. */
const publishDeadlineMs = 30_000;
const connectEveryMs = 25;

/** Connects, starting the server first if none answers. */
export async function connect(context: CommandContext): Promise<Connected> {
  const connected = await connectRunning(context);
  if (connected !== null) return connected;
  const workspace = await openWorkspace(context);
  await startServer(context, workspace);
  // Two commands may start one at once: the loser waits until the winner has published its socket.
  const deadline = performance.now() + publishDeadlineMs;
  while (performance.now() < deadline) {
    const started = await connectRunning(context);
    if (started !== null) return started;
    await pause(connectEveryMs);
  }
  throw new CommandFailure(
    `the coordinator started but does not answer; its log is ${workspace.layout.serverLog}`,
    exitCodes.unreachable,
  );
}

/** Connects to a coordinator that runs already; null if there is none. */
export async function connectRunning(context: CommandContext): Promise<Connected | null> {
  const workspace = await openWorkspace(context);
  const file = await readCoordinatorFile(workspace.layout.coordinatorFile);
  if (file === null) return null;
  const outcome = await dial({
    socket: file.socket,
    hello: await credentials(context, workspace),
    calls: coordinatorMethods,
    serves: {},
    handlers: {},
  });
  // Refused for what we are: say so. Not reached: nobody is there any more.
  if (!outcome.ok && outcome.error.code === "unavailable") return null;
  return { workspace, coordinator: new Client(expectOk(outcome).peer) };
}

/** A pod's own token inside a pod; else the operator's, for whoever can read the workspace key. */
export async function credentials(context: CommandContext, workspace: Workspace) {
  const own = ownPod(context, workspace);
  const common = { name: "pod-cli", version: packageVersion };
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
  const key = await readFile(workspace.layout.keyFile);
  return { ...common, role: "operator" as const, token: mintToken(key, { role: "operator" }) };
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
