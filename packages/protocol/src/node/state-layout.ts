/**
 * Where a workspace's state lies on disk. Clients read true socket paths from `coordinator.json`
 * and from the log; only the owner of a thing derives its path from here.
 */
import { join } from "node:path";
import type { PodId } from "../ids.ts";

export interface StateLayout {
  readonly stateDir: string;
  readonly log: string;
  /** A copy of the log's fold: a cache. */
  readonly snapshot: string;
  /** Where the log ended at the last flush, kept apart from it. */
  readonly logHead: string;
  readonly coordinatorFile: string;
  readonly coordinatorLock: string;
  /** HMAC key of every token of this workspace, mode 0600. */
  readonly keyFile: string;
  /** Where the log is kept if not in `log`, mode 0600. */
  readonly storeFile: string;
  readonly serverLog: string;
  readonly gitLock: string;
  readonly artifacts: string;
  readonly worktrees: string;
  readonly sockets: string;
  readonly gates: string;
  /** What Node keeps of compiled programs, so that the next pod starts faster; a mere cache. */
  readonly compileCache: string;
}

export interface PodLayout {
  readonly dir: string;
  readonly session: string;
  readonly bootFile: string;
  readonly agentTokenFile: string;
  readonly exitFile: string;
  readonly stdout: string;
  readonly stderr: string;
  /** What the agent and its commands printed. */
  readonly output: string;
  readonly tempDir: string;
  /** The task of the queue that a worker is at. */
  readonly taskFile: string;
  readonly binDir: string;
  readonly worktree: string;
}

export function stateLayout(stateDir: string): StateLayout {
  const at = (name: string) => join(stateDir, name);
  return {
    stateDir,
    log: at("log.db"),
    snapshot: at("log.snapshot"),
    logHead: at("log.head"),
    coordinatorFile: at("coordinator.json"),
    coordinatorLock: at("coordinator.lock"),
    keyFile: at("workspace.key"),
    storeFile: at("store.json"),
    serverLog: at("serve.log"),
    gitLock: at("git.lock"),
    artifacts: at("artifacts"),
    worktrees: at("worktrees"),
    sockets: at("s"),
    gates: at("gates"),
    compileCache: at("compile-cache"),
  };
}

export function podLayout(stateDir: string, pod: PodId): PodLayout {
  const dir = join(stateDir, "pods", pod);
  const at = (name: string) => join(dir, name);
  return {
    dir,
    session: join(stateDir, "sessions", `${pod}.db`),
    bootFile: at("boot.json"),
    agentTokenFile: at("token"),
    exitFile: at("exit.json"),
    stdout: at("stdout.log"),
    stderr: at("stderr.log"),
    output: at("output.log"),
    tempDir: at("tmp"),
    taskFile: at("task.json"),
    binDir: at("bin"),
    worktree: join(stateDir, "worktrees", pod),
  };
}
