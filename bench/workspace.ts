/**
 * A repository and a running server for benches: temporary, small, and gone afterwards.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import {
  CommitId,
  coordinatorMethods,
  type CoordinatorMethods,
  MergeSettings,
  type Outcome,
  type Peer,
  PodSettings,
  PodSpec,
} from "@podlane/protocol";
import { dial, mintToken, readCoordinatorFile, stateLayout } from "@podlane/protocol/node";

export interface BenchWorkspace {
  readonly checkout: string;
  readonly stateDir: string;
  readonly key: Uint8Array;
  readonly coordinator: Peer<CoordinatorMethods>;
  /** A pod of this repository without a task: it gets ready and stays idle. */
  readonly spec: (name: string) => PodSpec;
  readonly close: () => Promise<void>;
}

/** The product's server, as it is installed. */
export const serveProgram = fileURLToPath(new URL("../packages/cli/bin/serve.js", import.meta.url));
/** Files in the repository: enough that a worktree is not free, few enough not to be the bench. */
const files = 200;

export async function openWorkspace(): Promise<BenchWorkspace> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "podlane-bench-")));
  const checkout = join(folder, "repository");
  const stateDir = join(folder, "state");
  mkdirSync(stateDir, { mode: 0o700 });
  const commit = makeRepository(checkout);
  const server = await startServer(stateDir, checkout);
  const layout = stateLayout(stateDir);
  const key = readFileSync(layout.keyFile);
  const file = await readCoordinatorFile(layout.coordinatorFile);
  if (file === null) throw new Error(`no server at ${layout.coordinatorFile}`);
  const token = mintToken(key, { role: "operator" });
  const hello = { role: "operator", token, name: "bench", version: "0" } as const;
  const calls = { calls: coordinatorMethods, serves: {}, handlers: {} };
  const { peer } = expectOk(await dial({ socket: file.socket, hello, ...calls }));
  return {
    checkout,
    stateDir,
    key,
    coordinator: peer,
    spec: (name) => idleSpec(name, commit),
    close: async () => {
      await stopPods(peer);
      const ended = once(server, "exit");
      server.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

export function expectOk<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(`${outcome.error.code}: ${outcome.error.message}`);
}

export function makeRepository(checkout: string): CommitId {
  mkdirSync(join(checkout, "src"), { recursive: true });
  for (let index = 0; index < files; index += 1) {
    writeFileSync(join(checkout, `src/file-${index}.ts`), `export const value = ${index};\n`);
  }
  const author = ["-c", "user.name=bench", "-c", "user.email=bench@example.invalid"];
  const git = (...args: string[]) => execFileSync("git", args, { cwd: checkout, encoding: "utf8" });
  git("init", "--quiet", "--initial-branch=main");
  git("add", "-A");
  git(...author, "commit", "--quiet", "-m", "files");
  return CommitId.parse(git("rev-parse", "HEAD").trim());
}

async function startServer(stateDir: string, checkout: string): Promise<ChildProcess> {
  const server = spawn(process.execPath, [serveProgram, stateDir, checkout], {
    stdio: ["ignore", "ignore", "inherit", "pipe"],
  });
  const [report] = (await once(server.stdio[3] as Readable, "data")) as [Buffer];
  if (!report.includes('"ready"')) throw new Error(`the server says ${report.toString()}`);
  return server;
}

function idleSpec(name: string, commit: CommitId): PodSpec {
  return PodSpec.parse({
    name,
    agent: { driver: "script", path: "idle.yaml", source: "on_run: []\non_notification: []\n" },
    task: null,
    start: { branch: "main", commit },
    merge: MergeSettings.parse({ mode: "none" }),
    settings: PodSettings.parse({ coalesceMs: 0, wakeBudgetPerMinute: 10_000 }),
  });
}

async function stopPods(peer: Peer<CoordinatorMethods>): Promise<void> {
  const { pods } = expectOk(await peer.request("pod.list", { all: false }));
  for (const { id } of pods) {
    expectOk(await peer.request("pod.stop", { pod: id, tree: true, deadlineMs: 5_000 }));
    expectOk(await peer.request("pod.wait", { pod: id, until: "ended" }));
  }
}
