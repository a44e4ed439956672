/**
 * One lock a repository around what changes its shared metadata: adding, removing and pruning
 * worktrees. Git's own locks fail at once instead of waiting: of 40 adds at once a fifth failed.
 *
 * The holder has an exclusive transaction on a SQLite file; the kernel frees it when the process
 * dies. Within one process holders queue first, so that only one of them polls the file.
 */
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { DatabaseSync } from "node:sqlite";
import { repositoryLockDeadlineMs, repositoryLockRetryMs } from "./limits.ts";

export interface LockOptions {
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The lock was not free in time, or its caller gave up. */
export class RepositoryLockFault extends Error {
  readonly code = "repository_lock_busy";
  readonly path: string;

  constructor(path: string, deadlineMs: number) {
    super(
      `the repository lock ${path} was not free within ${deadlineMs} ms: another process adds or ` +
        "removes worktrees; try again, or look for one that hangs",
    );
    this.name = "RepositoryLockFault";
    this.path = path;
  }
}

const queues = new Map<string, Promise<void>>();

/** Runs `action` while holding the lock at `path`. Not reentrant. */
export async function withRepositoryLock<T>(
  path: string,
  action: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const deadlineMs = options.deadlineMs ?? repositoryLockDeadlineMs;
  const deadlineAt = performance.now() + deadlineMs;
  const turn = Promise.withResolvers<void>();
  const before = queues.get(path) ?? Promise.resolve();
  const mine = before.then(() => turn.promise);
  queues.set(path, mine);
  try {
    await within(before, deadlineAt, () => new RepositoryLockFault(path, deadlineMs));
    const database = await acquire(path, deadlineAt, options.signal);
    if (database === null) throw new RepositoryLockFault(path, deadlineMs);
    try {
      return await action();
    } finally {
      database.close();
    }
  } finally {
    turn.resolve();
    if (queues.get(path) === mine) queues.delete(path);
  }
}

async function acquire(
  path: string,
  deadlineAt: number,
  signal: AbortSignal | undefined,
): Promise<DatabaseSync | null> {
  await mkdir(dirname(path), { recursive: true });
  for (;;) {
    signal?.throwIfAborted();
    const database = tryAcquire(path);
    if (database !== null) return database;
    if (performance.now() >= deadlineAt) return null;
    // Spread the tries of many processes, or the same one loses each time.
    await delay(repositoryLockRetryMs * (0.5 + Math.random()));
  }
}

function tryAcquire(path: string): DatabaseSync | null {
  // No busy timeout: SQLite would wait for it inside this thread and stop the event loop.
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database.close();
    if (isBusy(error)) return null;
    throw error;
  }
}

function isBusy(error: unknown): boolean {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  const sqliteBusy = 5;
  return typeof code === "number" && (code & 0xff) === sqliteBusy;
}

async function within(
  promise: Promise<void>,
  deadlineAt: number,
  fault: () => Error,
): Promise<void> {
  const expiry = Promise.withResolvers<never>();
  const timer = setTimeoutAt(deadlineAt, () => expiry.reject(fault()));
  try {
    await Promise.race([promise, expiry.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function setTimeoutAt(deadlineAt: number, action: () => void): NodeJS.Timeout {
  return globalThis.setTimeout(action, Math.max(0, deadlineAt - performance.now()));
}
