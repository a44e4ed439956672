/**
 * Which store a workspace's log is kept in: the embedded one, unless a server was told otherwise;
 * remembered beside the rest of its state, so that a server that starts by itself finds the same.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseStoreUrl, redactStoreUrl } from "@podlane/coordinator";
import { exitCodes } from "@podlane/protocol";
import type { StateLayout } from "@podlane/protocol/node";
import { z } from "zod";
import { CommandFailure, usageFailure } from "./failure.ts";

/** What stands for the embedded store where a URL is expected. */
export const embeddedStore = "sqlite";

const StoreFile = z.object({ version: z.literal(1), url: z.string() });

/** The URL of the chosen store, password included; null: the embedded one. */
export function readStoreChoice({ storeFile }: StateLayout): string | null {
  let text: string;
  try {
    text = readFileSync(storeFile, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw cause;
  }
  return StoreFile.parse(JSON.parse(text)).url;
}

/**
 * Remembers a choice (a URL, or `sqlite`). Ends the command if it is neither, or if it is a new one
 * for a workspace that has had pods: ids are positions on the log, so another log would give their
 * ids, sessions and branches to other pods.
 */
export function writeStoreChoice(layout: StateLayout, choice: string): void {
  const { storeFile, stateDir } = layout;
  const before = readStoreChoice(layout) ?? embeddedStore;
  if (choice !== embeddedStore) checkChoice(choice);
  if (placeOf(choice) !== placeOf(before) && existsSync(join(stateDir, "pods"))) {
    const message =
      `this workspace has had pods on its log in ${showStoreChoice(before)}; ` +
      `to begin anew elsewhere, move ${stateDir} away`;
    throw new CommandFailure(message, exitCodes.conflict);
  }
  if (choice === embeddedStore) return rmSync(storeFile, { force: true });
  const temporary = `${storeFile}.${process.pid}`;
  // It may hold a password.
  writeFileSync(temporary, JSON.stringify({ version: 1, url: choice }), { mode: 0o600 });
  renameSync(temporary, storeFile);
}

/** Both choices as people may read them. */
export function showStoreChoice(choice: string | null): string {
  return choice === null || choice === embeddedStore ? embeddedStore : redactStoreUrl(choice);
}

/** The same log may be reached by another address or as somebody else. */
function placeOf(choice: string): string {
  return choice === embeddedStore ? choice : (parseStoreUrl(choice).workspace ?? "");
}

function checkChoice(choice: string): void {
  try {
    parseStoreUrl(choice);
  } catch (cause) {
    throw usageFailure(`--store: ${(cause as Error).message}, or ${embeddedStore}`);
  }
}
