/** A folder of a bench's own, and the order in which everything in it is ended. */
import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Scratch extends AsyncDisposable {
  readonly folder: string;
  /** Runs at the end, last given first, also after a failure. */
  defer(end: () => Promise<void>): void;
}

/** The file system of memory (TMPFS_MAGIC), where a flush is nothing. */
const tmpfs = 0x01_02_19_94;

export function openScratch(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), "podlane-bench-"));
  if (statfsSync(folder).type === tmpfs) {
    console.log(`${folder} is in memory, where nothing is flushed: set TMPDIR to a disk`);
  }
  const stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  return {
    folder,
    defer: (end) => stack.defer(end),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
