/**
 * A coordinator and nothing else, as a process to be killed: `node coordinator-process.ts STORE
 * WORKSPACE SOCKET [SETTINGS]`, where STORE is a file or a postgres:// URL and SETTINGS is JSON.
 * Says "ready" once it listens.
 */
import { rmSync } from "node:fs";
import { openCoordinator, openPostgresLog, SqliteLog } from "@podlane/coordinator";
import { listenSocket } from "@podlane/protocol/node";
import type { ServerSettings } from "./servers.ts";
import { workspaceKey } from "./workspace-key.ts";

const [store = "", workspace = "", socket = "", settings = "{}"] = process.argv.slice(2);
const { leaseMs, ...more } = JSON.parse(settings) as ServerSettings;

function die(fault: unknown): never {
  process.stderr.write(`${fault instanceof Error ? fault.stack : String(fault)}\n`);
  process.exit(70);
}

async function openStore() {
  if (!store.startsWith("postgres")) {
    const log = SqliteLog.open(store, { workspaceId: workspace });
    return { log, clock: { nowMs: Date.now }, soleWriter: true };
  }
  const onNote = (note: string) => void process.stderr.write(`${note}\n`);
  const lease = leaseMs === undefined ? {} : { leaseMs };
  const log = await openPostgresLog({ url: store, workspace, onNote, ...lease });
  return { log, clock: log, soleWriter: false, leases: log, onHint: log.onHint.bind(log) };
}

const coordinator = await openCoordinator({
  ...(await openStore()),
  ...more,
  key: workspaceKey,
  version: "0.0.0",
  store,
  stateDir: socket,
  socket,
  onFault: die,
  onNote: (note) => void process.stderr.write(`${note}\n`),
  onStop: () => process.exit(0),
});
rmSync(socket, { force: true });
const listening = await listenSocket({
  path: socket,
  onConnection: (transport) => coordinator.accept(transport),
});
if (!listening.ok) die(new Error(listening.error.message));
process.stdout.write("ready\n");
