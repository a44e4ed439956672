/** `pod serve`: the server of this workspace, in the foreground, or how it does. */
import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { type Command, Option } from "commander";
import { exitCodes } from "@podlane/protocol";
import { type CommandContext, openWorkspace } from "../context.ts";
import { stopServer } from "../stop-server.ts";
import { connectRunning } from "../coordinator-client.ts";
import { CommandFailure } from "../failure.ts";
import type { StateLayout } from "@podlane/protocol/node";
import { serveSettings, settingsArgument } from "../serve-settings.ts";
import { readReport } from "../start-server.ts";
import { renderDuration } from "../render/duration.ts";
import {
  embeddedStore,
  readStoreChoice,
  showStoreChoice,
  writeStoreChoice,
} from "../store-choice.ts";
import { verb } from "../verb.ts";

interface ServeOptions {
  readonly store?: string;
  readonly deadAfter?: string;
  readonly status?: true;
  readonly stop?: true;
  readonly force?: true;
  readonly json?: true;
}

export function addServe(program: Command, context: CommandContext): void {
  program
    .command("serve")
    .description(
      "run the coordinator and host of this repository (commands start them by themselves)",
    )
    .addOption(
      new Option(
        "--store <url>",
        "keep the log in PostgreSQL (postgres://…), or again in sqlite; remembered",
      ).env("POD_STORE"),
    )
    .addOption(
      new Option(
        "--dead-after <seconds>",
        "silence after which an agent from outside is dead (default: 900)",
      ).env("POD_DEAD_AFTER"),
    )
    .option("--status", "say whether one runs, and how it does")
    .option("--stop", "end the one that runs; refused while pods live")
    .option("--force", "with --stop: though pods live; they go on without it")
    .option("--json", "with --status: one object")
    .action(verb(context, (options: ServeOptions) => serve(context, options)));
}

function serve(context: CommandContext, options: ServeOptions): Promise<number> {
  if (options.status === true) return showStatus(context, options.json === true);
  if (options.stop === true) return stop(context, options.force === true);
  return runHere(context, options);
}

async function showStatus(context: CommandContext, json: boolean): Promise<number> {
  const { terminal } = context;
  const connected = await connectRunning(context);
  if (connected === null) {
    if (json) terminal.json({ version: 1, running: false });
    else terminal.print("not running");
    return exitCodes.unreachable;
  }
  const status = await connected.coordinator.call("server.status", {});
  connected.coordinator.close();
  if (json) terminal.json({ ...status, version: 1, program: status.version, running: true });
  else {
    const age = renderDuration(Date.now() - status.startedAtMs);
    terminal.print(`running  pid ${status.pid}, version ${status.version}, up ${age}`);
    terminal.print(`pods     ${status.livingPods}`);
    terminal.print(`log      ${status.head} events in ${status.store}`);
    terminal.print(`socket   ${status.socket}`);
    terminal.print(`sessions dead after ${renderDuration(status.deadAfterMs)} of silence`);
  }
  return exitCodes.done;
}

async function stop(context: CommandContext, force: boolean): Promise<number> {
  const connected = await connectRunning(context);
  if (connected === null) {
    context.terminal.say("no server runs for this repository");
    return exitCodes.done;
  }
  if (await stopServer(connected.coordinator, force)) return exitCodes.done;
  throw new CommandFailure(
    "pods live: stop them first (pod stop --all), or --force",
    exitCodes.busy,
  );
}

/** The server is a process of its own here too: what ends this command ends it. */
async function runHere(
  context: CommandContext,
  { store, deadAfter }: ServeOptions,
): Promise<number> {
  const workspace = await openWorkspace(context);
  const { layout, repository } = workspace;
  const settings = settingsArgument(await serveSettings(context, workspace, { deadAfter }));
  if (store !== undefined) await chooseStore(context, layout, store);
  const [program = "", ...args] = context.programs.serve;
  const child = spawn(program, [...args, layout.stateDir, repository.toplevel, settings], {
    stdio: ["inherit", "inherit", "inherit", "pipe"],
  });
  const exited = new Promise<number>((resolve) => {
    child.once("exit", (code) => resolve(code ?? exitCodes.failed));
  });
  for (const signal of endingSignals) process.on(signal, () => child.kill(signal));
  const report = await readReport(child.stdio[3] as Readable);
  switch (report?.kind) {
    case "ready":
      context.terminal.say(`serving ${repository.toplevel}; Ctrl-C ends it`);
      return exited;
    case "taken":
      throw new CommandFailure(
        "a server of this repository runs already: pod serve --status",
        exitCodes.conflict,
      );
    case "failed":
      throw new CommandFailure(
        `the server did not start: ${report.message}`,
        exitCodes.unreachable,
      );
    case undefined:
      throw new CommandFailure("the server ended before it could answer", exitCodes.unreachable);
  }
}

const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Another log under a running server, or under pods of this one, would part those who use it. */
async function chooseStore(
  context: CommandContext,
  layout: StateLayout,
  choice: string,
): Promise<void> {
  hidePassword(choice);
  if (choice === (readStoreChoice(layout) ?? embeddedStore)) return;
  const connected = await connectRunning(context);
  connected?.coordinator.close();
  if (connected !== null) {
    const message = "a server runs with another store: end it first (pod serve --stop)";
    throw new CommandFailure(message, exitCodes.conflict);
  }
  writeStoreChoice(layout, choice);
  context.terminal.say(`the log is kept in ${showStoreChoice(choice)}`);
}

/** A password in an argument would stand in everybody's list of processes for as long as we run. */
function hidePassword(choice: string): void {
  if (process.argv.includes(choice) || process.argv.includes(`--store=${choice}`)) {
    process.title = `pod serve --store ${showStoreChoice(choice)}`;
  }
}
