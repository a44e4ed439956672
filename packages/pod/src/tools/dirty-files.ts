/**
 * What a command changed in the worktree, told apart by scope. A file that was dirty before counts
 * again when its size or time of change differs.
 */
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { suffices } from "@podlane/protocol";
import type { ToolPorts } from "./tool-host.ts";

/** Path to a fingerprint of its state on disk. */
export type DirtySnapshot = ReadonlyMap<string, string>;

export interface Changes {
  readonly inScope: readonly string[];
  readonly outOfScope: readonly string[];
}

export async function snapshotDirty(ports: ToolPorts): Promise<DirtySnapshot> {
  const paths = await ports.view.dirtyFiles();
  const marks = paths.map(async (path) => [path, await markOf(ports.worktree, path)] as const);
  return new Map(await Promise.all(marks));
}

/** A file that was dirty and is clean again was changed too. */
export async function changesSince(before: DirtySnapshot, ports: ToolPorts): Promise<Changes> {
  const now = await snapshotDirty(ports);
  const changed = [...new Set([...before.keys(), ...now.keys()])]
    .filter((path) => before.get(path) !== now.get(path))
    .toSorted();
  const isOwn = (path: string) => suffices(ports.permissionOf(path), "write");
  return {
    inScope: changed.filter(isOwn),
    outOfScope: changed.filter((path) => !isOwn(path)),
  };
}

async function markOf(worktree: string, path: string): Promise<string> {
  try {
    const { size, mtimeMs, ctimeMs, ino } = await lstat(join(worktree, path));
    return `${ino}:${size}:${mtimeMs}:${ctimeMs}`;
  } catch {
    return "absent";
  }
}
