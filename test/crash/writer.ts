/**
 * A real coordinator's replica in a process of its own, driven over its pipes: each line of input
 * is one command, each line of output what was acknowledged. It is made to be killed.
 */
import { createInterface } from "node:readline";
import { KeptHead, SnapshotFile, SqliteLog } from "@podlane/coordinator";
import { exitCodes } from "@podlane/protocol";
import { workspaceRules } from "../../packages/coordinator/src/core/workspace-rules.ts";
import { openReplica } from "../../packages/coordinator/src/shell/replica.ts";
import type { Command } from "../../packages/coordinator/src/core/command.ts";

const [dir = ""] = process.argv.slice(2);

function die(fault: unknown): never {
  process.stderr.write(`the server stops: ${String(fault)}\n`);
  process.exit(exitCodes.invariantBroken);
}

const sqlite = SqliteLog.open(`${dir}/log.db`, { workspaceId: "crash" });
const log = await KeptHead.over(sqlite, `${dir}/log.head`).catch(die);
const onNote = (note: string) => void process.stderr.write(`${note}\n`);
const replica = await openReplica({
  log,
  rules: workspaceRules,
  clock: { nowMs: Date.now },
  onFault: die,
  soleWriter: true,
  snapshots: new SnapshotFile({
    path: `${dir}/log.snapshot`,
    foldVersion: "crash",
    everyEvents: 40,
    onNote,
  }),
}).catch(die);

process.stdout.write(`ready ${replica.head().seq}\n`);
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const command = JSON.parse(line) as Command & { commandId: { n: number } };
  void replica.submit(command).then((outcome) => {
    process.stdout.write(`${JSON.stringify({ n: command.commandId.n, outcome })}\n`);
  });
});
lines.once("close", () => void replica.close().then(() => log.close()));
