/**
 * Real coordinator processes that are killed with SIGKILL and started again on the same store and
 * socket. Whoever lost its connection waits here for the next life.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("coordinator-process.ts", import.meta.url));

/** What a test makes shorter than in earnest; milliseconds of log time. */
export interface ServerSettings {
  readonly leaseMs?: number;
  readonly deadAfterMs?: number;
}

export class ServerProcess {
  readonly socket: string;
  readonly #args: readonly string[];
  #child: ChildProcess | null = null;
  #ready: Promise<void> = Promise.resolve();
  kills = 0;

  constructor(options: {
    readonly store: string;
    readonly workspace: string;
    readonly socket: string;
    readonly settings?: ServerSettings;
  }) {
    this.socket = options.socket;
    const { store, workspace, socket, settings = {} } = options;
    this.#args = [store, workspace, socket, JSON.stringify(settings)];
  }

  /** Resolves when this life listens. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  start(): Promise<void> {
    this.#ready = this.#launch();
    return this.#ready;
  }

  /** Ends this life in the middle of whatever it does, once it is up, and begins the next. */
  kill(): Promise<void> {
    this.kills += 1;
    const up = this.#ready;
    this.#ready = up.then(() => this.#end()).then(() => this.#launch());
    return this.#ready;
  }

  async stop(): Promise<void> {
    await this.#ready;
    await this.#end();
  }

  async #launch(): Promise<void> {
    const args = ["--conditions=podlane-source", program, ...this.#args];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    const lines = createInterface({ input: child.stdout });
    const ended = once(child, "exit").then(() => "ended" as const);
    const said = await Promise.race([once(lines, "line"), ended]);
    if (said === "ended") throw new Error(`the coordinator did not come up: ${errors}`);
  }

  async #end(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
}
