/**
 * One PostgreSQL server of the tests' own, on loopback, in a folder that goes with it.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Binaries, findBinaries, serverUser } from "./binaries.ts";

export interface Cluster {
  /** Of its only database. Everybody on this machine may connect: it holds test data alone. */
  readonly url: string;
  /**
   * Kills all of its processes at once, as a power cut would, and brings it up again. Answers when
   * the process was started that came up, on the clock of `performance`.
   */
  crash(): Promise<{ readonly startedAtMs: number }>;
  stop(): Promise<void>;
}

/** A foreign process may take the port between our look and the server's. */
const portAttempts = 5;
/** Each takes the start of a process, some 20 ms. */
const restartAttempts = 200;

/**
 * Ends the server when our end of its input closes, whatever way we die; passes on its exit code.
 */
const guard = `exec 3<&0; "$@" </dev/null & server=$!
  (cat <&3 >/dev/null; kill -INT $server) 2>/dev/null & watcher=$!
  wait $server; code=$?; kill $watcher 2>/dev/null; exit $code`;

export interface ClusterOptions {
  /** True: a commit is on the disk before it is answered, and memory as for real work. */
  readonly durable?: boolean;
}

/** Starts a server; rejects with the reason if there are no programs or it does not come up. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const scratch = mkdtempSync(join(tmpdir(), "podlane-pg-"));
  try {
    chmodSync(scratch, 0o755);
    if (serverUser.uid !== undefined) chownSync(scratch, serverUser.uid, serverUser.gid);
    const binaries = await findBinaries(scratch);
    const data = join(scratch, "data");
    await initialize(binaries, data);
    return new RunningCluster(scratch, await startOnFreePort({ binaries, data, options }));
  } catch (cause) {
    rmSync(scratch, { recursive: true, force: true });
    throw cause;
  }
}

interface Server {
  readonly port: number;
  readonly child: ChildProcess;
  readonly data: string;
  readonly startedAtMs: number;
  readonly again: () => Promise<Server>;
}

class RunningCluster implements Cluster {
  readonly #scratch: string;
  #server: Server;

  constructor(scratch: string, server: Server) {
    this.#scratch = scratch;
    this.#server = server;
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.#server.port}/postgres`;
  }

  async crash() {
    const { data, child, again } = this.#server;
    const pid = Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]);
    const ended = exitOf(child);
    // Its own workers leave when they notice that it has gone.
    process.kill(pid, "SIGKILL");
    await ended;
    this.#server = await startAgain(again);
    return { startedAtMs: this.#server.startedAtMs };
  }

  async stop(): Promise<void> {
    const ended = exitOf(this.#server.child);
    this.#server.child.stdin?.end();
    await ended;
    rmSync(this.#scratch, { recursive: true, force: true });
  }
}

async function initialize({ initdb }: Binaries, data: string): Promise<void> {
  const args = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"];
  await promisify(execFile)(initdb, [...args, "--no-sync"], { ...serverUser, cwd: "/", env: {} });
}

interface Place {
  readonly binaries: Binaries;
  readonly data: string;
  readonly options: ClusterOptions;
}

async function startOnFreePort(place: Place): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- another port only after this one failed
      return await start(place, await freePort());
    } catch (cause) {
      if (attempt === portAttempts) throw cause;
    }
  }
}

async function start(place: Place, port: number): Promise<Server> {
  const { binaries, data, options } = place;
  const settings = [
    `port=${port}`,
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    // What survives a kill of its processes is what the tests are about, and needs no real flush.
    `fsync=${options.durable === true ? "on" : "off"}`,
    "max_connections=200",
    `shared_buffers=${options.durable === true ? "512MB" : "16MB"}`,
  ].flatMap((setting) => ["-c", setting]);
  const startedAtMs = performance.now();
  const child = spawn("sh", ["-c", guard, "sh", binaries.postgres, "-D", data, ...settings], {
    ...serverUser,
    cwd: "/",
    env: { PATH: process.env["PATH"] },
    stdio: ["pipe", "ignore", "pipe"],
  });
  await readiness(child);
  return { port, child, data, startedAtMs, again: () => start(place, port) };
}

/** Resolves with the server's own word that it is ready. */
function readiness(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      if (said.length < 100_000) said += chunk.toString();
      if (said.includes("ready to accept connections")) resolve();
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`postgres ended with ${code}: ${said}`)));
  });
}

/** A server whose last children have not left yet is refused its own data. */
async function startAgain(again: () => Promise<Server>): Promise<Server> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one attempt after the other is the point
      return await again();
    } catch (cause) {
      const isEarly = (cause as Error).message.includes("pre-existing shared memory");
      if (!isEarly || attempt === restartAttempts) throw cause;
    }
  }
}

function exitOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once("exit", () => resolve());
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}
