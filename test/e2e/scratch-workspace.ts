/**
 * A scratch repository with its own state folder, and the built `pod` command over it. Disposing
 * of it stops the pods and the server and throws when a process that carries the state folder in
 * its environment is left.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { vi } from "vitest";
import { coordinatorMethods, type Outcome, podMethods, type PodRecord } from "@podlane/protocol";
import { dial, mintToken, readCoordinatorFile, stateLayout } from "@podlane/protocol/node";
import { root } from "../tidy/repository.ts";

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Default: the repository. */
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface RunningCommand {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves when the command has printed this on stdout or stderr. */
  printed(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

const pollMs = 20;
const stopDeadlineMs = 10_000;

export class ScratchWorkspace implements AsyncDisposable {
  readonly #top = realpathSync(mkdtempSync(join(tmpdir(), "podlane-e2e-")));
  readonly home: string;
  readonly repository: string;

  constructor(files: Readonly<Record<string, string>>, options: { readonly home?: string } = {}) {
    this.home = options.home ?? join(this.#top, "home");
    this.repository = join(this.#top, "repository");
    mkdirSync(this.repository);
    this.git("init", "-q", "-b", "main");
    this.git("config", "user.name", "A Person");
    this.git("config", "user.email", "person@example.org");
    this.write(files);
    this.git("add", "-A");
    this.git("commit", "-q", "--allow-empty", "-m", "begin");
  }

  /** A path beside the repository and the state folder. */
  beside(name: string): string {
    return join(this.#top, name);
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.repository, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
  }

  /** A file beside the repository: what is not to make the checkout dirty. */
  writeBeside(name: string, content: string): string {
    writeFileSync(this.beside(name), content);
    return this.beside(name);
  }

  read(name: string): string {
    return readFileSync(join(this.repository, name), "utf8");
  }

  git(...args: string[]): string {
    return execFileSync("git", args, {
      cwd: this.repository,
      encoding: "utf8",
      env: this.#environment,
      stdio: ["ignore", "pipe", "pipe"],
    }).trimEnd();
  }

  start(args: readonly string[], options: RunOptions = {}): RunningCommand {
    const child = spawn(process.execPath, [podProgram, ...args], {
      cwd: options.cwd ?? this.repository,
      env: { ...this.#environment, POD_HOME: this.home, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const printed = { stdout: "", stderr: "" };
    const waiting = new Map<string, () => void>();
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        printed[name] += text;
        for (const [wanted, found] of waiting) if (printed[name].includes(wanted)) found();
      });
    }
    const ended = new Promise<Ended>((resolve) => {
      child.once("close", (code, signal) => resolve({ code, signal, ...printed }));
    });
    const over = ended.then(({ stdout, stderr }) => {
      throw new Error(`it ended without printing that:\n${stdout}\n${stderr}`);
    });
    over.catch(() => {});
    return {
      pid: child.pid ?? 0,
      ended,
      printed: (text) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.set(text, resolve);
        if (printed.stdout.includes(text) || printed.stderr.includes(text)) resolve();
        return Promise.race([promise, over]);
      },
      kill: (signal) => void child.kill(signal),
    };
  }

  pod(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  /** The operator's connection to the server; null when none runs. */
  async connect() {
    const found = await this.#coordinatorFile();
    if (found === null) return null;
    const { layout, file } = found;
    const token = mintToken(readFileSync(layout.keyFile), { role: "operator" });
    const dialled = await dial({
      socket: file.socket,
      hello: { role: "operator", token, name: "test", version: "0" },
      serves: {},
      handlers: {},
      calls: coordinatorMethods,
    });
    return dialled.ok ? dialled.value.peer : null;
  }

  /** As `connect`, where a server must run. */
  async operator() {
    const peer = await this.connect();
    if (peer === null) throw new Error("the server does not answer");
    return peer;
  }

  /** The operator's connection to a pod. */
  async dialPod(pod: Pick<PodRecord, "socket">) {
    const { layout } = this;
    if (layout === null || pod.socket === null) throw new Error("the pod has no socket");
    const token = mintToken(readFileSync(layout.keyFile), { role: "operator" });
    const hello = { role: "operator", token, name: "test", version: "0" } as const;
    const options = { socket: pod.socket, hello, serves: {}, handlers: {}, calls: podMethods };
    return valueOf(await dial(options)).peer;
  }

  /** The one workspace below this state folder. */
  get layout() {
    const id = readdirSync(this.home)[0];
    return id === undefined ? null : stateLayout(join(this.home, id));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const left = (await this.#stop()).map((pid) => ({ pid, line: commandLineOf(pid) }));
    for (const { pid } of left) process.kill(pid, "SIGKILL");
    rmSync(this.#top, { recursive: true, force: true, maxRetries: 3 });
    rmSync(this.home, { recursive: true, force: true, maxRetries: 3 });
    if (left.length > 0) throw new Error(`left over: ${left.map(({ line }) => line).join(" · ")}`);
  }

  async #stop(): Promise<number[]> {
    const peer = await this.connect().catch(() => null);
    if (peer !== null) {
      const { pods } = valueOf(await peer.request("pod.list", {}));
      for (const pod of pods.filter(({ parent }) => parent === null)) {
        await peer.request("pod.kill", { pod: pod.id, tree: true }, { commandId: nextId() });
      }
      for (const pod of pods) await peer.request("pod.wait", { pod: pod.id, until: "ended" });
      await peer.request("server.stop", { force: true }, { commandId: nextId() });
      await peer.closed;
    }
    const patience = { timeout: stopDeadlineMs, interval: pollMs };
    const gone = () => {
      if (this.processes().length > 0) throw new Error("processes are left");
    };
    await vi.waitFor(gone, patience).catch(() => {});
    return this.processes();
  }

  /** Every living process whose environment or arguments name the state folder. */
  processes(): number[] {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return pids.map(Number).filter((pid) => pid !== process.pid && this.#isOurs(pid));
  }

  #isOurs(pid: number): boolean {
    try {
      if (/^\S+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"))) return false;
      const texts = ["environ", "cmdline"].map((name) => readFileSync(`/proc/${pid}/${name}`));
      return texts.some((text) => text.includes(this.home));
    } catch {
      return false;
    }
  }

  async #coordinatorFile() {
    try {
      const { layout } = this;
      const file = layout === null ? null : await readCoordinatorFile(layout.coordinatorFile);
      return layout === null || file === null ? null : { layout, file };
    } catch {
      return null;
    }
  }

  get #environment(): Record<string, string> {
    return {
      PATH: process.env["PATH"] ?? "",
      HOME: this.#top,
      GIT_CONFIG_NOSYSTEM: "1",
      NO_COLOR: "1",
    };
  }
}

const podProgram = `${root}packages/cli/bin/pod.js`;
let commands = 0;

export function nextId() {
  return { client: `test-${process.pid}`, n: (commands += 1) };
}

/** The value of an outcome that the test relies on. */
export function valueOf<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(`${outcome.error.code}: ${outcome.error.message}`);
}

/** Every line of a command's stdout as JSON. */
export function jsonLines(text: string): Record<string, unknown>[] {
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return String(pid);
  }
}
