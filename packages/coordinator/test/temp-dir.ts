/** A folder of its own for each test, removed after it. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export function tempDir(): string {
  return dirIn(tmpdir());
}

/** The same in memory where there is such a place, for tests that write the same files a lot. */
export function fastDir(): string {
  return dirIn(existsSync("/dev/shm") ? "/dev/shm" : tmpdir());
}

function dirIn(parent: string): string {
  const dir = mkdtempSync(join(parent, "podlane-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
