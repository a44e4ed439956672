/**
 * Starts the coordinator and host of a workspace in the background and waits until it answers.
 */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { exitCodes } from "@podlane/protocol";
import { z } from "zod";
import type { CommandContext, Workspace } from "./context.ts";
import { CommandFailure } from "./failure.ts";
import { serveSettings, settingsArgument } from "./serve-settings.ts";
import { writeStoreChoice } from "./store-choice.ts";

/** Opening a large log takes seconds on a slow disk; a server that hangs must not hang us. */
const startDeadlineMs = 30_000;

/** What the server writes to descriptor 3, one JSON line: it answers, or another one does. */
export const ServerReport = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ready") }),
  z.object({ kind: z.literal("taken") }),
  z.object({ kind: z.literal("failed"), message: z.string() }),
]);
export type ServerReport = z.infer<typeof ServerReport>;

export async function startServer(context: CommandContext, workspace: Workspace): Promise<void> {
  const { layout, repository } = workspace;
  const store = context.environment["POD_STORE"];
  if (store !== undefined && store !== "") writeStoreChoice(layout, store);
  const settings = settingsArgument(await serveSettings(context, workspace));
  const [program = "", ...args] = context.programs.serve;
  const log = openSync(layout.serverLog, "a", 0o600);
  const child = spawn(program, [...args, layout.stateDir, repository.toplevel, settings], {
    cwd: layout.stateDir,
    env: serverEnvironment(context.environment),
    detached: true,
    stdio: ["ignore", log, log, "pipe"],
  });
  closeSync(log);
  const report = await readReport(child.stdio[3] as Readable);
  child.unref();
  if (report === null || report.kind === "failed") {
    const reason = report?.message ?? "it ended or hung before it could answer";
    throw new CommandFailure(
      `the coordinator did not start: ${reason}; its log is ${layout.serverLog}`,
      exitCodes.unreachable,
    );
  }
}

/** The server is the workspace's, not one shell's: git's and this pod's variables stay out. */
function serverEnvironment(environment: CommandContext["environment"]): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(
    ([name]) => !name.startsWith("GIT_") && (!name.startsWith("POD_") || name === "POD_HOME"),
  );
  return Object.fromEntries(kept);
}

/** Null: it ended, or hung, without a word. */
export function readReport(pipe: Readable): Promise<ServerReport | null> {
  return new Promise((resolve) => {
    const finish = (report: ServerReport | null) => {
      // First the answer: closing the reader ends here again, without one.
      resolve(report);
      clearTimeout(timer);
      lines.close();
      pipe.destroy();
    };
    const timer = setTimeout(() => finish(null), startDeadlineMs);
    const lines = createInterface({ input: pipe });
    lines.once("line", (line) => finish(parseReport(line)));
    lines.once("close", () => finish(null));
  });
}

function parseReport(line: string): ServerReport {
  const parsed = ServerReport.safeParse(JSON.parse(line));
  return parsed.success ? parsed.data : { kind: "failed", message: `it said ${line}` };
}
