/**
 * The server: one coordinator and one host for one workspace. The only place where the two meet.
 * Started by the first command that needs it; leaves when nobody has needed it for a while.
 */
import { flushCompileCache } from "node:module";
import { renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { type Coordinator, openCoordinator } from "@podlane/coordinator";
import { discoverRepository, type Repository, startTimeOf } from "@podlane/pod";
import { exitCodes } from "@podlane/protocol";
import {
  type CoordinatorFile,
  listenSocket,
  stateLayout,
  type StateLayout,
} from "@podlane/protocol/node";
import { expectOk } from "../failure.ts";
import { programs } from "../programs.ts";
import type { ServeSettings } from "../serve-settings.ts";
import type { ServerReport } from "../start-server.ts";
import { packageVersion } from "../version.ts";
import { attachHost } from "./attach-host.ts";
import { type IdleLimits, idleLimits, leaveWhenIdle } from "./idle.ts";
import { openStore } from "./open-store.ts";
import { openSnapshots } from "./snapshots.ts";
import { openSocketPlace } from "./socket-place.ts";
import { takeLock } from "./take-lock.ts";

export async function serve(
  stateDir: string,
  checkout: string,
  settings: ServeSettings,
  limits: IdleLimits = idleLimits,
): Promise<void> {
  try {
    const layout = stateLayout(stateDir);
    const lock = takeLock(layout.coordinatorLock);
    if (lock === null) {
      note(`${layout.coordinatorLock} is taken: another server is here, or is leaving`);
      report({ kind: "taken" });
      process.exit(exitCodes.done);
    }
    const repository = expectOk(await discoverRepository(checkout));
    await run({ layout, repository, settings, limits, releaseLock: lock.release });
  } catch (fault) {
    report({ kind: "failed", message: fault instanceof Error ? fault.message : String(fault) });
    die(fault);
  }
}

interface Serving {
  readonly layout: StateLayout;
  readonly repository: Repository;
  readonly settings: ServeSettings;
  readonly limits: IdleLimits;
  readonly releaseLock: () => void;
}

async function run({ layout, repository, settings, ...serving }: Serving): Promise<void> {
  const { limits, releaseLock } = serving;
  const { hostId, ...store } = await openStore(layout, repository, note);
  const { key } = store;
  const sockets = openSocketPlace(layout);
  const socket = sockets.pathOf("coordinator");
  const coordinator = await openCoordinator({
    ...store,
    ...(settings.deadAfterMs === undefined ? {} : { deadAfterMs: settings.deadAfterMs }),
    snapshots: openSnapshots(layout, note),
    version: packageVersion,
    stateDir: layout.stateDir,
    socket,
    onFault: die,
    onNote: note,
    // The answer to whoever asked for it leaves first, with the writes of this tick.
    onStop: () => void setImmediate(() => void leave()),
  });
  // The lock is ours, so a socket that lies here belongs to nobody alive.
  rmSync(socket, { force: true });
  const onConnection: Coordinator["accept"] = (transport) => coordinator.accept(transport);
  const listener = expectOk(await listenSocket({ path: socket, onConnection }));
  const stopping = new AbortController();
  const host = await attachHost({
    accept: onConnection,
    layout,
    repository,
    hostId,
    key,
    programs: programs(),
    environment: process.env,
    socketOf: sockets.pathOf,
    stopping: stopping.signal,
    note,
    onFault: die,
  });
  // The host's own connection is not somebody who needs the server.
  const demand = () => {
    const { clients, livingPods, tasks } = coordinator.demand();
    return clients - 1 + livingPods + tasks + host.livingPods;
  };
  const stopWatching = leaveWhenIdle({ ...limits, demand, leave: () => void leave() });
  let leaving = false;
  const leave = async (): Promise<void> => {
    if (leaving) return;
    leaving = true;
    stopping.abort();
    stopWatching();
    rmSync(layout.coordinatorFile, { force: true });
    await listener.close();
    await host.collected();
    await coordinator.close();
    await store.log.close();
    sockets.close();
    releaseLock();
    process.exit(exitCodes.done);
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => void leave());
  await publish(layout, socket);
  report({ kind: "ready" });
  // Else only an orderly end would keep it, and the next start may follow a kill.
  flushCompileCache();
}

/** Whole or not at all: clients read it at any moment. */
async function publish(layout: StateLayout, socket: string): Promise<void> {
  const file: CoordinatorFile = {
    version: 1,
    socket,
    pid: process.pid,
    startTime: startTimeOf(process.pid) ?? "",
    startedAtMs: Date.now(),
  };
  const temporary = `${layout.coordinatorFile}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(file), { mode: 0o600 });
  renameSync(temporary, layout.coordinatorFile);
}

function report(message: ServerReport): void {
  try {
    writeSync(reportDescriptor, `${JSON.stringify(message)}\n`);
  } catch (cause) {
    // Started by hand, there is nobody on that descriptor.
    note(`no one heard "${message.kind}": ${String(cause)}`);
  }
}

const reportDescriptor = 3;

function note(text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${text}\n`);
}

/** A broken invariant or store: nothing may be acknowledged any more. */
function die(fault: unknown): never {
  const text = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
  note(`the server stops: ${text}`);
  process.exit(exitCodes.invariantBroken);
}
