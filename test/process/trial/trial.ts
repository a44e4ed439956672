/**
 * A repository with a state folder of its own, and the built `pod` command, server and pods on it:
 * everything in it is a real process. Closing it ends them all and fails if one is left.
 */
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  type AgentSpec,
  coordinatorMethods,
  type CoordinatorMethods,
  type LogEventEnvelope,
  type PodId,
  podMethods,
  type PodRecord,
} from "@podlane/protocol";
import {
  dial,
  mintToken,
  readCoordinatorFile,
  type StateLayout,
  stateLayout,
} from "@podlane/protocol/node";
import { vi } from "vitest";
import { root } from "../../tidy/repository.ts";
import { Caller } from "./caller.ts";
import { expectOk } from "./expect-ok.ts";
import { LogFollower } from "./log-follower.ts";
import { processesNaming } from "./processes.ts";
import { TrialPod } from "./trial-pod.ts";

interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SpawnOptions {
  readonly task?: string;
  readonly scope?: readonly string[];
}

const launcher = join(root, "packages/cli/bin/pod.js");

export class Trial {
  readonly folder: string;
  readonly repository: string;
  readonly log = new LogFollower();
  #coordinator: Caller<CoordinatorMethods> | null = null;
  #layout: StateLayout | null = null;

  /** A repository whose one commit holds `files`. */
  constructor(files: Readonly<Record<string, string>>) {
    this.folder = mkdtempSync(join(tmpdir(), "pt-"));
    this.repository = join(this.folder, "repo");
    mkdirSync(join(this.folder, "home"));
    mkdirSync(this.repository);
    this.git("init", "--quiet", "--initial-branch=main");
    this.commit(files);
  }

  git(...args: readonly string[]): string {
    const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"];
    return execFileSync("git", [...identity, ...args], {
      cwd: this.repository,
      encoding: "utf8",
      env: this.environment,
    }).trim();
  }

  commit(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) this.write(path, text);
    this.git("add", "--all");
    this.git("commit", "--quiet", "--message=files");
  }

  /** A file of the repository, or of the folder around it. */
  write(path: string, text: string): string {
    const full = join(this.repository, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, text);
    return full;
  }

  get environment(): NodeJS.ProcessEnv {
    const { PATH } = process.env;
    const home = join(this.folder, "home");
    return { PATH, HOME: home, POD_HOME: join(this.folder, "state"), NO_COLOR: "1" };
  }

  /** Runs the `pod` command to its end. */
  run(...args: readonly string[]): Promise<CommandResult> {
    const options = { cwd: this.repository, env: this.environment, encoding: "utf8" } as const;
    return new Promise((resolve) => {
      execFile(process.execPath, [launcher, ...args], options, (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
        resolve({ status, stdout, stderr });
      });
    });
  }

  /** As `run`; anything but success fails the test. Answers what it printed. */
  async succeed(...args: readonly string[]): Promise<string> {
    const { status, stdout, stderr } = await this.run(...args);
    if (status === 0) return stdout;
    throw new Error(`pod ${args.join(" ")} ended with ${status}:\n${stdout}${stderr}`);
  }

  async json<T>(...args: readonly string[]): Promise<T> {
    return JSON.parse(await this.succeed(...args, "--json")) as T;
  }

  /** A top-level pod through the command line, ready. */
  async spawn(name: string, source: string, options: SpawnOptions = {}): Promise<TrialPod> {
    const path = this.write(`../${name}.yaml`, source);
    const task = options.task === undefined ? [] : ["--task", options.task];
    const scope = (options.scope ?? []).flatMap((rule) => ["--scope", rule]);
    const args = ["spawn", name, "--agent", `script:${path}`, ...task, ...scope];
    const { id } = await this.json<{ id: PodId }>(...args);
    return this.pod(id);
  }

  async pod(id: PodId): Promise<TrialPod> {
    const { pod } = await (await this.coordinator()).call("pod.get", { pod: id });
    return TrialPod.connect(this, pod);
  }

  async podNamed(name: string): Promise<TrialPod> {
    const { pods } = await (await this.coordinator()).call("pod.list", {});
    const record = pods.find((pod) => pod.name === name);
    if (record === undefined) throw new Error(`no pod ${name} lives`);
    return TrialPod.connect(this, record);
  }

  async record(id: PodId): Promise<PodRecord> {
    return (await (await this.coordinator()).call("pod.get", { pod: id })).pod;
  }

  async until(id: PodId, until: "ready" | "settled" | "ended"): Promise<PodRecord> {
    return (await (await this.coordinator()).call("pod.wait", { pod: id, until })).pod;
  }

  async stop(id: PodId): Promise<PodRecord> {
    await (await this.coordinator()).call("pod.stop", { pod: id, tree: true });
    return this.until(id, "ended");
  }

  /** The next or an earlier event of the log that is like this. */
  event(matches: (event: LogEventEnvelope) => boolean): Promise<LogEventEnvelope> {
    return this.log.find(matches);
  }

  async coordinator(): Promise<Caller<CoordinatorMethods>> {
    if (this.#coordinator?.open === true) return this.#coordinator;
    const file = await readCoordinatorFile(this.layout.coordinatorFile);
    if (file === null) throw new Error("no server runs in this trial");
    const calls = coordinatorMethods;
    const dialled = await dial({ ...file, hello: this.hello, calls, serves: {}, handlers: {} });
    const coordinator = new Caller(expectOk(dialled).peer);
    await this.log.follow(coordinator.peer);
    this.#coordinator = coordinator;
    return coordinator;
  }

  dialPod(socket: string) {
    return dial({ socket, hello: this.hello, calls: podMethods, serves: {}, handlers: {} });
  }

  get layout(): StateLayout {
    if (this.#layout !== null) return this.#layout;
    const places = execFileSync("ls", [join(this.folder, "state")], { encoding: "utf8" });
    const [workspace = ""] = places.trim().split("\n");
    this.#layout = stateLayout(join(this.folder, "state", workspace));
    return this.#layout;
  }

  /** Ends every pod and the server; fails if a process of this trial is left. */
  async close(): Promise<void> {
    try {
      await this.#stopAll();
      await vi.waitFor(() => this.#assertNobodyLeft(), { timeout: 5_000 });
    } finally {
      for (const { pid } of processesNaming(this.folder)) process.kill(pid, "SIGKILL");
      rmSync(this.folder, { recursive: true, force: true });
    }
  }

  #assertNobodyLeft(): void {
    const left = processesNaming(this.folder).map(({ pid, command }) => `${pid} ${command}`);
    if (left.length > 0) throw new Error(`left over:\n${left.join("\n")}`);
  }

  async #stopAll(): Promise<void> {
    const coordinator = await this.coordinator();
    const { pods } = await coordinator.call("pod.list", {});
    for (const { id } of pods) await coordinator.call("pod.stop", { pod: id, deadlineMs: 1_000 });
    await Promise.all(pods.map(({ id }) => this.until(id, "ended")));
    coordinator.peer.close();
    await this.succeed("serve", "--stop");
  }

  private get hello() {
    const token = mintToken(readFileSync(this.layout.keyFile), { role: "operator" });
    return { role: "operator", token, name: "trial", version: "0" } as const;
  }
}

export function script(source: string): AgentSpec {
  return { driver: "script", path: "inline.yaml", source };
}
