/** A coordinator alone, with its log in a file: `server.ts FOLDER`, key and socket in there. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openCoordinator, SqliteLog } from "../../packages/coordinator/src/index.ts";
import { listenSocket } from "../../packages/protocol/src/node.ts";

const folder = process.argv[2] ?? ".";
const socket = join(folder, "coordinator");
const die = (fault: unknown): never => {
  console.error(fault);
  process.exit(70);
};

const coordinator = await openCoordinator({
  store: "sqlite",
  log: SqliteLog.open(join(folder, "log.db"), { workspaceId: "bench" }),
  key: readFileSync(join(folder, "key")),
  version: "bench",
  stateDir: folder,
  socket,
  clock: { nowMs: Date.now },
  soleWriter: true,
  onFault: die,
  onNote: console.error,
  onStop: () => process.exit(0),
});
const listening = await listenSocket({
  path: socket,
  onConnection: (transport) => coordinator.accept(transport),
});
if (!listening.ok) die(listening.error);
/** Asked for its time on a processor, in microseconds. */
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
