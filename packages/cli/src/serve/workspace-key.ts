/** The key of every token of a workspace: 32 random bytes, made once, mode 0600. */
import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

const keyBytes = 32;

/** Takes over the key that all coordinators of a shared log use. */
export function replaceKey(path: string, key: Uint8Array): void {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, key, { mode: 0o600 });
  renameSync(temporary, path);
}

export function ensureKey(path: string): Uint8Array {
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, randomBytes(keyBytes), { mode: 0o600 });
  try {
    // A link appears whole and never replaces the key that tokens were made with.
    linkSync(temporary, path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cause;
  } finally {
    rmSync(temporary);
  }
  const key = readFileSync(path);
  if (key.length !== keyBytes) throw new Error(`${path} is damaged: ${keyBytes} bytes expected`);
  return key;
}
