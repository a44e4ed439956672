/**
 * Where the demo plays: a temporary folder with a clone of this repository's HEAD and a state
 * folder, and the `pod` command in it. The checkout it is started from is only read.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Stage {
  readonly folder: string;
  readonly repository: string;
  readonly stateHome: string;
  /** Runs `pod` with the terminal's own output; answers its exit code. */
  play(args: readonly string[]): Promise<number>;
  /** Runs `pod` and answers what it prints; throws with what it said when it fails. */
  ask(args: readonly string[]): string;
  git(args: readonly string[]): string;
  /** Processes of this stage's pods and server that still live, by their command lines. */
  processes(): string[];
}

const checkout = fileURLToPath(new URL("../..", import.meta.url));
const podCommand = join(checkout, "packages/cli/bin/pod.js");
const maxOutputBytes = 64 * 1024 * 1024;

/** Throws when the checkout is no git repository: there is no history to branch from. */
export function setStage(): Stage {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "podlane-demo-")));
  const repository = join(folder, "repository");
  const stateHome = join(folder, "state");
  mkdirSync(stateHome);
  const environment = cleanEnvironment(stateHome);
  const run = (program: string, args: readonly string[], cwd: string) => {
    const options = { cwd, env: environment, maxBuffer: maxOutputBytes } as const;
    return execFileSync(program, args, { ...options, encoding: "utf8" });
  };
  const git = (args: readonly string[], cwd = repository) => run("git", args, cwd).trimEnd();
  cloneHead(git, folder, repository);
  return {
    folder,
    repository,
    stateHome,
    git,
    play: (args) => play(args, repository, environment),
    ask: (args) => run(process.execPath, [podCommand, ...args], repository),
    processes: () => findProcesses(stateHome),
  };
}

function cloneHead(
  git: (args: readonly string[], cwd?: string) => string,
  folder: string,
  repository: string,
): void {
  const head = git(["rev-parse", "HEAD"], checkout);
  git(["clone", "--quiet", "--no-tags", "--no-checkout", checkout, repository], folder);
  if (git(["rev-parse", "--is-shallow-repository"]) === "true") makeWhole(git, head);
  else git(["checkout", "--quiet", "-B", "main", head]);
  // The installed packages are the checkout's: set-up links them on into each pod's worktree.
  symlinkSync(join(checkout, "node_modules"), join(repository, "node_modules"));
  appendFileSync(join(repository, ".git/info/exclude"), "node_modules\n");
}

/** A clone of a shallow clone lacks history, and merges need it: its files become one commit. */
function makeWhole(git: (args: readonly string[]) => string, head: string): void {
  const author = ["-c", "user.name=Podlane demo", "-c", "user.email=demo@example.invalid"];
  const subject = "all files, from a shallow clone";
  const commit = git([...author, "commit-tree", `${head}^{tree}`, "-m", subject]);
  git(["checkout", "--quiet", "-B", "main", commit]);
  git(["remote", "remove", "origin"]);
  git(["reflog", "expire", "--expire=now", "--all"]);
  rmSync(git(["rev-parse", "--path-format=absolute", "--git-path", "shallow"]), { force: true });
}

/** Without what a surrounding git hook or pod would tell the programs below. */
function cleanEnvironment(stateHome: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(GIT|POD)_/.test(name));
  const bin = join(checkout, "node_modules/.bin");
  const path = [dirname(process.execPath), bin, process.env["PATH"] ?? ""].join(delimiter);
  return { ...Object.fromEntries(kept), PATH: path, POD_HOME: stateHome };
}

function play(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [podCommand, ...args], { cwd, env, stdio: "inherit" });
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

/** By command line or environment, whichever names the state folder. */
function findProcesses(stateHome: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const command = readProcess(pid, "cmdline");
      const belongs = `${command}\n${readProcess(pid, "environ")}`.includes(stateHome);
      return belongs && command !== "" ? [`${pid} ${command.replaceAll("\0", " ").trim()}`] : [];
    });
}

/** Empty for a process that has just gone, or is another user's. */
function readProcess(pid: string, file: "cmdline" | "environ"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}

/** True when the machine can run the demo at all; a sentence that says why not, otherwise. */
export function whyNotHere(): string | null {
  if (process.platform !== "linux") return "Podlane runs on Linux only, so far";
  const found = spawnSync("git", ["--version"], { encoding: "utf8" });
  if (found.status !== 0) return "git is not installed, and pods work in git worktrees";
  const inside = spawnSync("git", ["-C", checkout, "rev-parse", "HEAD"], { encoding: "utf8" });
  if (inside.status === 0) return null;
  return `${checkout} is no git clone, so there is nothing to work on: ${inside.stderr.trim()}`;
}
