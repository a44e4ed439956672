/**
 * Trailers: how a commit says which pod, turn and intent made it, so that recovery finds it.
 */
import assert from "node:assert";
import type { CommitId } from "@podlane/protocol";
import { maxTrailerSearchCommits } from "../limits.ts";
import type { Git } from "./git.ts";

export const trailerKeys = {
  pod: "Podlane-Pod",
  turn: "Podlane-Turn",
  intent: "Podlane-Intent",
} as const;

export type Trailers = Readonly<Record<string, string>>;

/**
 * The message with the trailers as a last paragraph of their own: git reads only the last one, so
 * text that an agent wrote cannot stand in for them.
 */
export function renderMessage(message: string, trailers: Trailers): string {
  const body = message.replaceAll("\0", "").trim() || "podlane: no message given";
  const lines = Object.entries(trailers).map(([key, value]) => {
    assert(/^[A-Za-z][A-Za-z0-9-]*$/.test(key), `a trailer's key is letters and '-': ${key}`);
    assert(/^[^\n\r\0]+$/.test(value), `a trailer's value is one line: ${key}`);
    return `${key}: ${value}`;
  });
  return lines.length === 0 ? `${body}\n` : `${body}\n\n${lines.join("\n")}\n`;
}

export interface TrailerSearch {
  /** Where to look: a ref, a commit or a range. */
  readonly revisions: string;
  readonly key: string;
  readonly value: string;
}

/** The newest commit with exactly this trailer, or null. Looks at the newest 2,000 only. */
export async function findCommitByTrailer(
  git: Git,
  search: TrailerSearch,
): Promise<CommitId | null> {
  const format = `%H %(trailers:key=${search.key},valueonly,separator=%x01)`;
  const lines = await git.fields([
    "log",
    "-z",
    `--max-count=${maxTrailerSearchCommits}`,
    `--format=tformat:${format}`,
    "--end-of-options",
    search.revisions,
    "--",
  ]);
  const found = lines.find((line) => {
    const values = line.slice(line.indexOf(" ") + 1).split("\x01");
    return values.includes(search.value);
  });
  return found === undefined ? null : (found.slice(0, found.indexOf(" ")) as CommitId);
}
