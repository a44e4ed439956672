/**
 * A person's repository with its own state folder and a scrubbed environment, and the built `pod`
 * command over it. Disposing of it runs `pod stop --all`, and throws when that leaves a process.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { vi } from "vitest";
import { coordinatorMethods, type Outcome, podMethods, type PodRecord } from "@podlane/protocol";
import { dial, mintToken, readCoordinatorFile, stateLayout } from "@podlane/protocol/node";
import { type FoundProcess, processesNaming } from "../process/trial/processes.ts";
import { root } from "../tidy/repository.ts";
import { type Ended, type RunningCommand, startCommand } from "./running-command.ts";

export interface RunOptions {
  /** Default: the repository. */
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const pollMs = 20;
/** What was killed is still there until its parent or init has read its exit. */
const leavePatienceMs = 5_000;

export class ScratchWorkspace implements AsyncDisposable {
  readonly #top = realpathSync(mkdtempSync(join(tmpdir(), "podlane-e2e-")));
  readonly #running = new Set<RunningCommand>();
  readonly home = join(this.#top, "home");
  readonly repository = join(this.#top, "repository");

  /** A repository with one commit of these files on `main`. */
  constructor(files: Readonly<Record<string, string>> = {}) {
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
    const running = startCommand({
      file: process.execPath,
      args: [podProgram, ...args],
      cwd: options.cwd ?? this.repository,
      environment: { ...this.#environment, POD_HOME: this.home, ...options.environment },
    });
    this.#running.add(running);
    void running.ended.finally(() => this.#running.delete(running));
    return running;
  }

  pod(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  /** Standard output as JSON, of a command that has to succeed. */
  async json<T = unknown>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.pod([...args, "--json"]);
    if (code === 0) return JSON.parse(stdout) as T;
    throw new Error(`pod ${args.join(" ")} ended with ${code}: ${stderr}`);
  }

  /** The operator's connection to the server; null when none runs. */
  async connect() {
    const { layout } = this;
    const file = layout === null ? null : await readCoordinatorFile(layout.coordinatorFile);
    if (layout === null || file === null) return null;
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

  /** The one workspace below this state folder; null before there is one. */
  get layout() {
    const id = existsSync(this.home) ? readdirSync(this.home)[0] : undefined;
    return id === undefined ? null : stateLayout(join(this.home, id));
  }

  /** Every living process whose environment or arguments name this workspace's folder. */
  processes(): FoundProcess[] {
    return processesNaming(this.#top).filter(({ pid }) => pid !== process.pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A follower of a test that failed half-way would keep the server for itself.
    for (const running of this.#running) {
      running.kill("SIGKILL");
      await running.ended;
    }
    const stopped = await this.pod(["stop", "--all"]);
    const gone = () => {
      if (this.processes().length > 0) throw new Error("processes are left");
    };
    await vi.waitFor(gone, { timeout: leavePatienceMs, interval: pollMs }).catch(() => {});
    const left = this.processes();
    for (const { pid } of left) process.kill(pid, "SIGKILL");
    rmSync(this.#top, { recursive: true, force: true, maxRetries: 3 });
    if (left.length === 0) return;
    const list = left.map(({ pid, command }) => `${pid} ${command}`).join("\n");
    throw new Error(`left over after pod stop --all (${stopped.stderr}):\n${list}`);
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
