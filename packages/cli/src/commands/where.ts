/** `pod where`: every path of this workspace. */
import { join } from "node:path";
import type { Command } from "commander";
import { exitCodes } from "@podlane/protocol";
import { podLayout, readCoordinatorFile, type StateLayout } from "@podlane/protocol/node";
import { projectFileName, userFile } from "../config.ts";
import { type CommandContext, openWorkspace } from "../context.ts";
import { connectRunning } from "../coordinator-client.ts";
import type { WhereJson } from "../json/upkeep-json.ts";
import { verb } from "../verb.ts";

export function addWhere(program: Command, context: CommandContext): void {
  program
    .command("where")
    .description("print every path: state, log, sockets, worktrees, sessions")
    .option("--json", "one object")
    .action(
      verb(context, (options: { readonly json?: true }) => where(context, options.json === true)),
    );
}

async function where(context: CommandContext, json: boolean): Promise<number> {
  const { terminal } = context;
  const { repository, layout } = await openWorkspace(context);
  const running = await readCoordinatorFile(layout.coordinatorFile);
  const paths = {
    repository: repository.toplevel,
    git: repository.commonDirectory,
    project_config: join(repository.toplevel, projectFileName),
    user_config: userFile(context.environment),
    state: layout.stateDir,
    log: layout.log,
    log_head: layout.logHead,
    log_snapshot: layout.snapshot,
    server_log: layout.serverLog,
    coordinator_file: layout.coordinatorFile,
    ...(running === null ? {} : { coordinator_socket: running.socket }),
    workspace_key: layout.keyFile,
    store_file: layout.storeFile,
    sockets: layout.sockets,
    worktrees: layout.worktrees,
    artifacts: layout.artifacts,
    gates: layout.gates,
    sessions: join(layout.stateDir, "sessions"),
    pods: join(layout.stateDir, "pods"),
  };
  const answer: WhereJson = { version: 1, paths, pods: await podPaths(context, layout) };
  if (json) terminal.json(answer);
  else print(context, answer);
  return exitCodes.done;
}

async function podPaths(context: CommandContext, layout: StateLayout): Promise<WhereJson["pods"]> {
  const connected = await connectRunning(context);
  if (connected === null) return [];
  const { pods } = await connected.coordinator.call("pod.list", { all: false });
  connected.coordinator.close();
  return pods.map(({ name, id, worktree, socket }) => {
    const { session, output } = podLayout(layout.stateDir, id);
    return { name, id, worktree, socket, session, output };
  });
}

function print({ terminal }: CommandContext, { paths, pods }: WhereJson): void {
  const rows = [
    ...Object.entries(paths),
    ...pods.flatMap(({ name, worktree, socket, session, output }) =>
      Object.entries({ worktree, socket, session, output }).map(([what, path]) => [
        `${name} ${what}`,
        path ?? "-",
      ]),
    ),
  ];
  const width = Math.max(...rows.map(([what = ""]) => what.length));
  for (const [what = "", path = ""] of rows) {
    terminal.print(terminal.isTable ? `${what.padEnd(width)}  ${path}` : `${what}\t${path}`);
  }
}
