/**
 * Real clients over real sockets against real coordinator processes that are killed in between: on
 * one SQLite file, and two replicas on PostgreSQL. Each unit's history must be linearizable.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, type TestContext } from "vitest";
import { freshWorkspace, postgresUrl } from "../postgres/shared-cluster.ts";
import { verifies } from "../requirements.ts";
import { Random } from "../simulation/world/random.ts";
import { checkHistory } from "./checker.ts";
import { LockClient, type Recorder } from "./lock-client.ts";
import { lockModel, type LockOperation } from "./lock-model.ts";
import { ServerProcess } from "./servers.ts";

const units = ["api:/one", "file:two"];
const clients = 8;
const actionsOfClient = 100;
const kills = 6;

interface Place {
  readonly store: string;
  readonly workspace: string;
  readonly servers: number;
}

/** Places on one line of all calls and answers, and what was recorded between them. */
function newRecorder(): Recorder {
  let place = 0;
  return {
    history: new Map<string, LockOperation[]>(),
    next: () => {
      place += 1;
      return place;
    },
  };
}

async function startServers(place: Place, folder: string): Promise<ServerProcess[]> {
  const servers = Array.from({ length: place.servers }, (_, index) => {
    return new ServerProcess({ ...place, socket: join(folder, `s${index}`) });
  });
  onTestFinished(async () => void (await Promise.all(servers.map((server) => server.stop()))));
  for (const server of servers) await server.start();
  return servers;
}

function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "podlane-lin-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Every so many actions, whoever takes the next one kills a server first. */
async function makeHistory(servers: readonly ServerProcess[], isShared: boolean) {
  const random = new Random("linearizability");
  const recorder = newRecorder();
  const killEvery = Math.floor((clients * actionsOfClient) / (kills + 1));
  const killing: Promise<void>[] = [];
  let actions = 0;
  const live = async (client: LockClient, own: Random): Promise<void> => {
    for (let action = 0; action < actionsOfClient; action += 1) {
      actions += 1;
      if (actions % killEvery === 0 && killing.length < kills) {
        killing.push(own.pick(servers).kill());
      }
      await client.act(own.pick(units));
    }
  };
  const lives = Array.from({ length: clients }, async (_, index) => {
    const name = `client${index}`;
    const own = random.fork(name);
    const client = new LockClient({ name, servers, recorder, isShared, random: own.fork("acts") });
    await live(client, own);
    client.close();
  });
  await Promise.all(lives);
  await Promise.all(killing);
  return recorder.history;
}

function expectLinearizable(history: ReadonlyMap<string, readonly LockOperation[]>): void {
  for (const [unit, operations] of history) {
    const verdict = checkHistory(lockModel, operations);
    const unknown = operations.filter(({ output }) => output === null).length;
    const how = verdict.ok ? "linearizable" : JSON.stringify(verdict.stuck, null, 2);
    console.log(`${unit}: ${operations.length} operations, ${unknown} of unknown outcome: ${how}`);
    expect(verdict.ok).toBe(true);
  }
}

test(
  verifies("R83", "R98", "R241") + "one server on SQLite, killed again and again",
  { timeout: 300_000 },
  async () => {
    const folder = tempFolder();
    const place = { store: join(folder, "log.db"), workspace: "lin", servers: 1 };
    const servers = await startServers(place, folder);
    const history = await makeHistory(servers, false);
    expect(servers.map((server) => server.kills)).toEqual([kills]);
    expectLinearizable(history);
  },
);

test(
  verifies("R83", "R98", "R241") + "two replicas on PostgreSQL, one or the other killed",
  { timeout: 300_000 },
  async (context: TestContext) => {
    const store = await postgresUrl(context);
    const place = { store, workspace: freshWorkspace(), servers: 2 };
    const servers = await startServers(place, tempFolder());
    const history = await makeHistory(servers, true);
    expect(servers.reduce((sum, server) => sum + server.kills, 0)).toBe(kills);
    expectLinearizable(history);
  },
);
