/** A coordinator over a SQLite log in a folder of its own, for the bench of the queue. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openCoordinator, SqliteLog } from "../../packages/coordinator/src/index.ts";
import { listenSocket } from "../../packages/protocol/src/node.ts";
import { benchKey } from "./key.ts";

const [folder = ""] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const socket = join(folder, "s");

const die = (fault: unknown): never => {
  console.error(fault);
  process.exit(70);
};

const coordinator = await openCoordinator({
  log: SqliteLog.open(join(folder, "log.db"), { workspaceId: "bench" }),
  store: "sqlite",
  key: benchKey,
  version: "0",
  stateDir: folder,
  socket,
  clock: { nowMs: Date.now },
  soleWriter: true,
  onFault: die,
  onNote: (note) => console.error(note),
  onStop: () => process.exit(0),
});
const listening = await listenSocket({
  path: socket,
  onConnection: (transport) => coordinator.accept(transport),
});
if (!listening.ok) die(listening.error);
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
