/**
 * From the text of a unified diff to what it asks of each file. Strict where the diff library is
 * lenient: prose, a file named twice, copies and binary patches are refused, never skipped.
 */
import { parsePatch as parseUnified, type StructuredPatch } from "diff";
import { accepted, refused, type Outcome } from "@podlane/protocol";
import { maxPatchBytes, maxPatchFiles } from "../limits.ts";

export interface FilePatch {
  /** As written, without the `a/` or `b/`; null: the patch creates the file. */
  readonly from: string | null;
  /** Null: the patch deletes the file. */
  readonly to: string | null;
  /** Permission bits the patch asks for, if it names any. */
  readonly mode: number | null;
  readonly patch: StructuredPatch;
}

/** Refuses `invalid_request`, `unsupported` (binary, copy, link or submodule) and `too_large`. */
export function parsePatch(text: string): Outcome<readonly FilePatch[]> {
  if (Buffer.byteLength(text) > maxPatchBytes) {
    return refused("too_large", `a patch holds at most ${maxPatchBytes} bytes`);
  }
  let parsed: readonly StructuredPatch[];
  try {
    parsed = parseUnified(text);
  } catch (error) {
    return refused("invalid_request", `not a unified diff: ${(error as Error).message}`);
  }
  if (parsed.length > maxPatchFiles) {
    return refused("too_large", `a patch names at most ${maxPatchFiles} files`);
  }
  const files: FilePatch[] = [];
  for (const patch of parsed) {
    const file = readFilePatch(patch);
    if (!file.ok) return file;
    files.push(file.value);
  }
  return files.length === 0 ? refused("invalid_request", "the patch is empty") : checkNames(files);
}

function readFilePatch(patch: StructuredPatch): Outcome<FilePatch> {
  const { oldFileName, newFileName } = patch;
  if (oldFileName === undefined || newFileName === undefined) {
    return refused("invalid_request", "a part of the patch names no file (--- and +++ lines)");
  }
  if (patch.isBinary) return refused("unsupported", `${newFileName}: binary patches do not apply`);
  if (patch.isCopy) return refused("unsupported", `${newFileName}: write the copy as a new file`);
  const mode = patch.newMode;
  if (mode !== undefined && !/^100[0-7]{3}$/.test(mode)) {
    return refused("unsupported", `${newFileName}: mode ${mode} is no regular file`);
  }
  const from = patch.isCreate || isNowhere(oldFileName) ? null : stripSide(oldFileName, "a/");
  const to = patch.isDelete || isNowhere(newFileName) ? null : stripSide(newFileName, "b/");
  if (from === null && to === null)
    return refused("invalid_request", "from /dev/null to /dev/null");
  if (patch.hunks.length === 0 && !patch.isGit) {
    return refused("invalid_request", `${to ?? from}: the patch has no hunk`);
  }
  return accepted({
    from,
    to,
    mode: mode === undefined ? null : Number.parseInt(mode, 8) & 0o777,
    patch,
  });
}

function checkNames(files: readonly FilePatch[]): Outcome<readonly FilePatch[]> {
  const seen = new Set<string>();
  for (const file of files) {
    for (const name of new Set([file.from, file.to])) {
      if (name === null) continue;
      if (seen.has(name)) return refused("invalid_request", `the patch names ${name} twice`);
      seen.add(name);
    }
  }
  return accepted(files);
}

function isNowhere(name: string): boolean {
  return name === "/dev/null";
}

function stripSide(name: string, side: "a/" | "b/"): string {
  return name.startsWith(side) ? name.slice(2) : name;
}
