/**
 * A run is known by its plan: the same file with the same content is the same run.
 */
import { createHash, randomBytes } from "node:crypto";
import { RunId } from "@podlane/protocol";

const idLength = 16;

/** `salt` tells a run that was asked for anew (`--new`) from the one before. */
export function runIdOf(path: string, content: string, salt = ""): RunId {
  const hash = createHash("sha256").update(`${path}\0${content}\0${salt}`).digest("hex");
  return RunId.parse(`r${hash.slice(0, idLength)}`);
}

export function newSalt(): string {
  return randomBytes(8).toString("hex");
}
