/**
 * A coordinator alone, as the product runs it: `server.ts FOLDER [POSTGRES_URL]`. Its log lies in
 * the folder unless there is a URL. Tells whoever forked it where it listens and the key of tokens.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import {
  type CoordinatorOptions,
  KeptHead,
  openCoordinator,
  openPostgresLog,
  SnapshotFile,
  SqliteLog,
} from "../../packages/coordinator/src/index.ts";
import { listenSocket } from "../../packages/protocol/src/node.ts";

type Store = Pick<CoordinatorOptions, "log" | "clock" | "soleWriter" | "key" | "store"> &
  Partial<Pick<CoordinatorOptions, "onHint">>;

const [folder = ".", url] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const socket = join(folder, "s");

function die(fault: unknown): never {
  console.error(fault);
  process.exit(70);
}

async function openEmbedded(): Promise<Store> {
  const log = SqliteLog.open(join(folder, "log.db"), { workspaceId: "bench" });
  return {
    store: "sqlite",
    log: await KeptHead.over(log, join(folder, "log.head")),
    key: randomBytes(32),
    clock: { nowMs: Date.now },
    soleWriter: true,
  };
}

async function openShared(address: string): Promise<Store> {
  const log = await openPostgresLog({ url: address, workspace: "bench", onNote: console.error });
  return {
    store: "postgres",
    log,
    key: log.workspaceKey,
    clock: log,
    soleWriter: false,
    onHint: (hint) => log.onHint(hint),
  };
}

const store = url === undefined ? await openEmbedded() : await openShared(url);
const coordinator = await openCoordinator({
  ...store,
  snapshots: new SnapshotFile({
    path: join(folder, "log.snapshot"),
    foldVersion: "bench",
    onNote: console.error,
  }),
  version: "bench",
  stateDir: folder,
  socket,
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
process.send?.({ socket, key: store.key });
