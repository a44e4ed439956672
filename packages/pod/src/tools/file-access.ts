/**
 * Reads, replaces and removes single files by canonical path, following no link and opening no
 * device. A file is replaced by renaming a new one over it, so that a reader sees the old or the
 * new content and another name of the old file keeps the old. Not fsynced: the commit at the end
 * of a turn is what makes work durable.
 */
import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { lstat, open, rename, unlink } from "node:fs/promises";
import { accepted, refused, type Outcome } from "@podlane/protocol";
import { ignore, openParent, type OpenDirectory } from "./directory-walk.ts";
import { maxFileBytes } from "./limits.ts";

export interface FileState {
  readonly bytes: Buffer;
  /** Permission bits. */
  readonly mode: number;
}

/** O_NONBLOCK: opening a FIFO that took the file's place must not hang the pod. */
const readFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const createFlags =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Refuses `not_found`, `invalid_request` for no regular file, `too_large`, `conflict`. */
export async function readWhole(
  worktree: string,
  path: string,
  limitBytes = maxFileBytes,
): Promise<Outcome<FileState>> {
  const opened = await openParent(worktree, path, false);
  if (!opened.ok) return opened;
  await using parent = opened.value;
  // Awaited: the directory must stay open until the file has been read.
  return await readEntry(parent, path, limitBytes);
}

/**
 * The file as it is before an edit; null when there is none. Beside what reading refuses, a file
 * with a second name is refused `out_of_scope`: nobody can tell which scope that name is in.
 */
export async function readBeforeEdit(
  worktree: string,
  path: string,
): Promise<Outcome<FileState | null>> {
  const opened = await openParent(worktree, path, false);
  if (!opened.ok) return opened.error.code === "not_found" ? accepted(null) : opened;
  await using parent = opened.value;
  const stats = await statEntry(parent, nameOf(path));
  if (stats === null) return accepted(null);
  if (stats.isFile() && stats.nlink > 1) {
    const message = `${path} has ${stats.nlink} names (hard links): write a copy under a new name`;
    return refused("out_of_scope", message);
  }
  // Awaited: the directory must stay open until the file has been read.
  return await readEntry(parent, path, maxFileBytes);
}

/** Creates or replaces the file, and the directories above it. */
export async function replaceFile(
  worktree: string,
  path: string,
  state: FileState,
): Promise<Outcome<void>> {
  const opened = await openParent(worktree, path, true);
  if (!opened.ok) return opened;
  await using parent = opened.value;
  const temporary = parent.entry(`.podlane-${randomBytes(9).toString("base64url")}`);
  try {
    await createFile(temporary, state);
    await rename(temporary, parent.entry(nameOf(path)));
    return accepted(undefined);
  } catch (error) {
    await unlink(temporary).catch(ignore("ENOENT"));
    if (!isOneOf(error, ["EISDIR", "ENOTDIR", "ENAMETOOLONG"])) throw error;
    return refused("conflict", `${path} can not be written: ${(error as Error).message}`);
  }
}

/** Removes the name; that it is gone already is success. */
export async function removeFile(worktree: string, path: string): Promise<Outcome<void>> {
  const opened = await openParent(worktree, path, false);
  if (!opened.ok) return opened.error.code === "not_found" ? accepted(undefined) : opened;
  await using parent = opened.value;
  await unlink(parent.entry(nameOf(path))).catch(ignore("ENOENT"));
  return accepted(undefined);
}

async function createFile(at: string, state: FileState): Promise<void> {
  await using file = await open(at, createFlags, state.mode);
  await file.writeFile(state.bytes);
}

async function readEntry(
  parent: OpenDirectory,
  path: string,
  limitBytes: number,
): Promise<Outcome<FileState>> {
  try {
    await using file = await open(parent.entry(nameOf(path)), readFlags);
    const stats = await file.stat();
    if (!stats.isFile()) return refused("invalid_request", `${path} is ${kindOf(stats)}, no file`);
    if (stats.size > limitBytes) {
      return refused("too_large", `${path} holds ${stats.size} bytes, at most ${limitBytes}`);
    }
    return accepted({ bytes: await file.readFile(), mode: stats.mode & 0o777 });
  } catch (error) {
    if (isOneOf(error, ["ENOENT"])) return refused("not_found", `there is no file ${path}`);
    if (isOneOf(error, ["ELOOP"])) return refused("conflict", `${path} has become a link`);
    if (isOneOf(error, ["ENXIO", "ENODEV"])) return refused("invalid_request", `${path}: no file`);
    if (isOneOf(error, ["EACCES"])) return refused("denied", `${path} may not be read`);
    throw error;
  }
}

async function statEntry(parent: OpenDirectory, name: string): Promise<Stats | null> {
  return (await lstat(parent.entry(name)).catch(ignore("ENOENT"))) ?? null;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return "a directory";
  if (stats.isFIFO()) return "a FIFO";
  return stats.isSocket() ? "a socket" : "a device";
}

function isOneOf(error: unknown, codes: readonly string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException).code ?? "");
}
