/**
 * Unified diffs of single files, in the form that git and `apply_patch` read back.
 */
import { isUtf8 } from "node:buffer";
import { createTwoFilesPatch } from "diff";
import type { FileState } from "./file-access.ts";
import { maxDiffEdits } from "./limits.ts";

export interface FileDiff {
  readonly path: string;
  readonly change: "created" | "modified" | "deleted";
  readonly additions: number;
  readonly deletions: number;
  readonly text: string;
}

/** A diff beyond the search bound, or of binary content, is stated and not spelled out. */
export function unifiedDiff(
  path: string,
  before: FileState | null,
  after: FileState | null,
): FileDiff {
  const change = before === null ? "created" : after === null ? "deleted" : "modified";
  const header = [`diff --git a/${path} b/${path}`, ...modeLines(before, after)];
  const body = bodyOf(path, before, after);
  const lines = body.split("\n");
  return {
    path,
    change,
    additions: countLines(lines, "+"),
    deletions: countLines(lines, "-"),
    text: [...header, body].join("\n"),
  };
}

/** Whether content is text: UTF-8 without NUL. */
export function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}

function bodyOf(path: string, before: FileState | null, after: FileState | null): string {
  const oldName = before === null ? "/dev/null" : `a/${path}`;
  const newName = after === null ? "/dev/null" : `b/${path}`;
  const oldBytes = before?.bytes ?? Buffer.alloc(0);
  const newBytes = after?.bytes ?? Buffer.alloc(0);
  if (oldBytes.equals(newBytes)) return "";
  if (!isText(oldBytes) || !isText(newBytes)) {
    return `Binary files ${oldName} and ${newName} differ\n`;
  }
  const patch = createTwoFilesPatch(
    oldName,
    newName,
    oldBytes.toString(),
    newBytes.toString(),
    undefined,
    undefined,
    { maxEditLength: maxDiffEdits },
  );
  if (patch === undefined) return replacement(oldName, newName, oldBytes, newBytes);
  return patch.slice(patch.indexOf("---"));
}

/** Too different to search for the shortest edit: every old line goes, every new one comes. */
function replacement(oldName: string, newName: string, before: Buffer, after: Buffer): string {
  const old = markLines(before.toString(), "-");
  const fresh = markLines(after.toString(), "+");
  const hunk = `@@ -${range(old.count)} +${range(fresh.count)} @@`;
  return `--- ${oldName}\n+++ ${newName}\n${hunk}\n${old.text}${fresh.text}`;
}

function markLines(text: string, mark: "+" | "-"): { text: string; count: number } {
  if (text === "") return { text: "", count: 0 };
  const ended = text.endsWith("\n");
  const lines = (ended ? text.slice(0, -1) : text).split("\n");
  const marked = lines.map((line) => `${mark}${line}\n`).join("");
  return { text: ended ? marked : `${marked}\\ No newline at end of file\n`, count: lines.length };
}

function range(count: number): string {
  return count === 0 ? "0,0" : `1,${count}`;
}

function modeLines(before: FileState | null, after: FileState | null): string[] {
  if (before === null) return after === null ? [] : [`new file mode ${gitMode(after)}`];
  if (after === null) return [`deleted file mode ${gitMode(before)}`];
  if (gitMode(before) === gitMode(after)) return [];
  return [`old mode ${gitMode(before)}`, `new mode ${gitMode(after)}`];
}

function gitMode(state: FileState): string {
  return (state.mode & 0o100) === 0 ? "100644" : "100755";
}

function countLines(lines: readonly string[], mark: "+" | "-"): number {
  const header = mark.repeat(3);
  return lines.filter((line) => line.startsWith(mark) && !line.startsWith(`${header} `)).length;
}
