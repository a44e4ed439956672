/**
 * A person's repository and the built command: every test has its own repository, its own state
 * folder and a scrubbed environment, and leaves no process behind.
 */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../packages/cli/bin/pod.js", import.meta.url));

export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Answer>;
  /** Resolves with the first line of stdout or stderr that matches. */
  line(pattern: RegExp): Promise<string>;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export class TestWorkspace implements AsyncDisposable {
  readonly folder: string;
  readonly repository: string;
  readonly home: string;
  readonly #running = new Set<Running>();

  private constructor(folder: string) {
    this.folder = folder;
    this.repository = join(folder, "repo");
    this.home = join(folder, "home");
  }

  /** A repository with one commit on `main`, with these files. */
  static async create(files: Readonly<Record<string, string>> = {}): Promise<TestWorkspace> {
    const workspace = new TestWorkspace(mkdtempSync(join(tmpdir(), "pod-e2e-")));
    mkdirSync(workspace.repository);
    await workspace.git("init", "--quiet", "--initial-branch=main");
    workspace.write({ "README.md": "a repository\n", "src/a.txt": "a\n", ...files });
    await workspace.git("add", "--all");
    await workspace.git("commit", "--quiet", "--message=start");
    return workspace;
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      const full = join(this.repository, path);
      mkdirSync(dirname(full), { recursive: true });
      writeFileSync(full, text);
    }
  }

  async git(...args: string[]): Promise<string> {
    const answer = await this.#start("git", args, {}).ended;
    if (answer.code === 0) return answer.stdout.trim();
    throw new Error(`git ${args.join(" ")} ended with ${answer.code}: ${answer.stderr}`);
  }

  start(args: readonly string[], options: RunOptions = {}): Running {
    return this.#start(process.execPath, [program, ...args], options);
  }

  pod(...args: string[]): Promise<Answer> {
    return this.start(args).ended;
  }

  /** Standard output as JSON, of a command that has to succeed. */
  async json<T = unknown>(...args: string[]): Promise<T> {
    const answer = await this.pod(...args, "--json");
    if (answer.code !== 0) {
      throw new Error(`pod ${args.join(" ")} ended with ${answer.code}: ${answer.stderr}`);
    }
    return JSON.parse(answer.stdout) as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A follower of a test that failed half-way would keep the server for itself.
    for (const { child, ended } of this.#running) {
      child.kill("SIGKILL");
      await ended;
    }
    const stopped = await this.pod("stop", "--all");
    const left = processesWith(`POD_HOME=${this.home}`).concat(processesWith(this.home));
    for (const { pid } of left) process.kill(pid, "SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
    if (left.length > 0) {
      const list = left.map(({ pid, command }) => `${pid} ${command}`).join("\n");
      throw new Error(`left over after pod stop --all (${stopped.stderr}):\n${list}`);
    }
  }

  #start(command: string, args: readonly string[], options: RunOptions): Running {
    const child = spawn(command, args, {
      cwd: options.cwd ?? this.repository,
      env: {
        PATH: [dirname(process.execPath), process.env["PATH"] ?? ""].join(":"),
        HOME: this.folder,
        POD_HOME: this.home,
        GIT_AUTHOR_NAME: "somebody",
        GIT_AUTHOR_EMAIL: "somebody@example.org",
        GIT_COMMITTER_NAME: "somebody",
        GIT_COMMITTER_EMAIL: "somebody@example.org",
        GIT_CONFIG_NOSYSTEM: "1",
        ...options.environment,
      },
    });
    const running = follow(child);
    this.#running.add(running);
    void running.ended.finally(() => this.#running.delete(running));
    return running;
  }
}

function follow(child: ChildProcessWithoutNullStreams): Running {
  const seen: string[] = [];
  const waiting = new Set<(line: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      seen.push(line);
      for (const take of waiting) take(line);
    });
  }
  const ended = Promise.all([collect(child.stdout), collect(child.stderr), exitOf(child)]).then(
    ([stdout, stderr, code]) => ({ stdout, stderr, code }),
  );
  const line = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const take = (text: string) => {
        if (!pattern.test(text)) return;
        waiting.delete(take);
        resolve(text);
      };
      waiting.add(take);
      seen.forEach(take);
      void ended.then(({ stderr }) => reject(new Error(`no line matched ${pattern}: ${stderr}`)));
    });
  return { child, ended, line };
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => stream.once("end", resolve));
  return Buffer.concat(chunks).toString();
}

function exitOf(child: ChildProcessWithoutNullStreams): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
}

/** Living processes whose environment or command line holds the text. */
export function processesWith(text: string): { pid: number; command: string }[] {
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    const command = readProc(pid, "cmdline").replaceAll("\0", " ").trim();
    const environment = readProc(pid, "environ").split("\0");
    // A zombie has neither; it only waits to be read.
    return command.includes(text) || environment.includes(text) ? [{ pid, command }] : [];
  });
}

function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}
