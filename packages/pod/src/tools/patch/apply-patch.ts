/**
 * `apply_patch`: a unified diff over one or more files, applied whole or not at all.
 */
import { applyPatch as applyUnified, type StructuredPatch } from "diff";
import { accepted, refused, type Outcome } from "@podlane/protocol";
import { z } from "zod";
import { isText } from "../diff.ts";
import { editFiles, type FileStates } from "../edit-files.ts";
import type { FileState } from "../file-access.ts";
import { maxFileBytes } from "../limits.ts";
import { gatePath } from "../path.ts";
import { refusal } from "../result.ts";
import { defineTool, type ToolCall } from "../tool.ts";
import { editResult, newFileMode } from "../write-file.ts";
import { parsePatch, type FilePatch } from "./parse-patch.ts";

const ApplyPatch = z.object({ patch: z.string().min(1) });

export const applyPatch = defineTool({
  name: "apply_patch",
  description:
    "Applies a unified diff (git form: create, delete, rename and change modes too). Context " +
    "must match exactly; lines may have moved. If any hunk fails, no file changes.",
  params: ApplyPatch,
  annotations: { readOnly: false, destructive: true, idempotent: false },
  async run(params, call) {
    const parsed = parsePatch(params.patch);
    if (!parsed.ok) return refusal(parsed.error);
    const gated = await gateAll(parsed.value, call);
    if (!gated.ok) return refusal(gated.error);
    const paths = [...new Set(gated.value.flatMap(({ from, to }) => [from, to]))];
    const named = paths.filter((path) => path !== null);
    const edited = await editFiles(named, (before) => computeAll(gated.value, before), call);
    return edited.ok ? editResult(edited.value) : refusal(edited.error);
  },
});

/** Names become canonical; two names of one file are found out here. */
async function gateAll(
  files: readonly FilePatch[],
  call: ToolCall,
): Promise<Outcome<readonly FilePatch[]>> {
  const gated: FilePatch[] = [];
  const seen = new Set<string>();
  for (const file of files) {
    const from = await gateName(file.from, call);
    if (!from.ok) return from;
    const to = file.to === file.from ? from : await gateName(file.to, call);
    if (!to.ok) return to;
    for (const path of new Set([from.value, to.value])) {
      if (path === null) continue;
      if (seen.has(path)) return refused("invalid_request", `the patch names ${path} twice`);
      seen.add(path);
    }
    gated.push({ ...file, from: from.value, to: to.value });
  }
  return accepted(gated);
}

async function gateName(name: string | null, call: ToolCall): Promise<Outcome<string | null>> {
  if (name === null) return accepted(null);
  const gated = await gatePath(call.ports.worktree, name);
  if (!gated.ok) return gated;
  return gated.value.path === ""
    ? refused("invalid_request", "the worktree itself is no file")
    : accepted(gated.value.path);
}

function computeAll(files: readonly FilePatch[], before: FileStates): Outcome<FileStates> {
  const after = new Map<string, FileState | null>();
  for (const file of files) {
    const state = computeOne(file, before);
    if (!state.ok) return state;
    if (file.from !== null) after.set(file.from, null);
    if (file.to !== null) after.set(file.to, state.value);
  }
  return accepted(after);
}

function computeOne(file: FilePatch, before: FileStates): Outcome<FileState | null> {
  const { from, to } = file;
  const old = from === null ? null : (before.get(from) ?? null);
  if (from !== null && old === null) return refused("not_found", `there is no file ${from}`);
  if (to !== null && to !== from && (before.get(to) ?? null) !== null) {
    return refused("conflict", `${to} is there already`);
  }
  if (old !== null && !isText(old.bytes)) return refused("unsupported", `${from} is binary`);
  const text = applyHunks(old?.bytes.toString() ?? "", file.patch);
  if (text === null) return refused("conflict", `${from ?? to}: a hunk does not match the file`);
  if (to === null) {
    return text === "" ? accepted(null) : refused("conflict", `${from} holds more than is deleted`);
  }
  const bytes = Buffer.from(text);
  if (bytes.length > maxFileBytes) return refused("too_large", `${to} would be too large`);
  return accepted({ bytes, mode: file.mode ?? old?.mode ?? newFileMode });
}

/** No fuzz; the line endings of the patch are taken as they are. */
function applyHunks(text: string, patch: StructuredPatch): string | null {
  if (patch.hunks.length === 0) return text;
  const applied = applyUnified(text, patch, { fuzzFactor: 0, autoConvertLineEndings: false });
  return applied === false ? null : applied;
}
