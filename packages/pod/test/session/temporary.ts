/**
 * A session file in a folder of its own, gone when the test is.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { openSession, type Session } from "../../src/session/session.ts";
import { root } from "../core/scenario.ts";

export function temporaryPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "podlane-session-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "pod.db");
}

/** Closed at the end of the test at the latest. */
export function open(path: string, generation = 1): Session {
  const session = openSession(path, { podId: root, generation });
  onTestFinished(() => {
    try {
      session.close();
    } catch {
      // The test closed it.
    }
  });
  return session;
}
