/**
 * The one path of every edit: scope, claim, read, compute, lease, write, diff. All the files of an
 * edit change or none does: a failure while writing restores what was written before it.
 */
import { accepted, refused, suffices, type Artifact, type Outcome } from "@podlane/protocol";
import { unifiedDiff, type FileDiff } from "./diff.ts";
import { readBeforeEdit, removeFile, replaceFile, type FileState } from "./file-access.ts";
import type { ToolCall } from "./tool.ts";

/** Files by canonical path; null where there is none. */
export type FileStates = ReadonlyMap<string, FileState | null>;

export interface Edited {
  readonly files: readonly FileDiff[];
  /** Absent when nothing changed. */
  readonly diff: Artifact | null;
}

/** From the files as they are to the files as they are to be; paths left out stay. */
export type ComputeEdit = (before: FileStates) => Outcome<FileStates>;

/** Paths come from the path gate. Refusals leave every file as it was. */
export async function editFiles(
  paths: readonly string[],
  compute: ComputeEdit,
  call: ToolCall,
): Promise<Outcome<Edited>> {
  const allowed = checkScope(paths, call);
  if (!allowed.ok) return allowed;
  const units = paths.map((path) => `file:${path}`);
  const claimed = await call.ports.ensureClaims(units, call.signal);
  if (!claimed.ok) return claimed;
  return call.exclusively(() => editClaimed(paths, units, compute, call));
}

function checkScope(paths: readonly string[], call: ToolCall): Outcome<void> {
  const barred = paths.find((path) => !suffices(call.ports.permissionOf(path), "write"));
  if (barred === undefined) return accepted(undefined);
  return refused("out_of_scope", `${barred} is outside this pod's write scope`);
}

async function editClaimed(
  paths: readonly string[],
  units: readonly string[],
  compute: ComputeEdit,
  call: ToolCall,
): Promise<Outcome<Edited>> {
  const before = await readAll(paths, call);
  if (!before.ok) return before;
  const after = compute(before.value);
  if (!after.ok) return after;
  const changed = new Map(
    [...after.value].filter(([path, state]) => !isSameState(before.value.get(path), state)),
  );
  if (call.signal.aborted) return refused("interrupted", "the turn was ended before the write");
  // Asked again: a part of the scope may have been lent while this edit waited for its claims.
  const stillAllowed = checkScope(paths, call);
  if (!stillAllowed.ok) return stillAllowed;
  const leased = call.ports.confirmLeases(units);
  if (!leased.ok) return leased;
  const written = await writeAll(changed, before.value, call);
  return written.ok ? accepted(await record(before.value, changed, call)) : written;
}

async function readAll(paths: readonly string[], call: ToolCall): Promise<Outcome<FileStates>> {
  const states = new Map<string, FileState | null>();
  for (const path of paths) {
    const state = await readBeforeEdit(call.ports.worktree, path);
    if (!state.ok) return state;
    states.set(path, state.value);
  }
  return accepted(states);
}

async function writeAll(
  changed: FileStates,
  before: FileStates,
  call: ToolCall,
): Promise<Outcome<void>> {
  const written: string[] = [];
  const restore = async () => {
    for (const path of written.toReversed()) await put(path, before.get(path) ?? null, call);
  };
  try {
    for (const [path, state] of changed) {
      const answer = await put(path, state, call);
      if (!answer.ok) {
        await restore();
        return answer;
      }
      written.push(path);
    }
    return accepted(undefined);
  } catch (error) {
    await restore();
    throw error;
  }
}

function put(path: string, state: FileState | null, call: ToolCall): Promise<Outcome<void>> {
  const { worktree } = call.ports;
  return state === null ? removeFile(worktree, path) : replaceFile(worktree, path, state);
}

async function record(before: FileStates, changed: FileStates, call: ToolCall): Promise<Edited> {
  if (changed.size === 0) return { files: [], diff: null };
  const files = [...changed].map(([path, state]) =>
    unifiedDiff(path, before.get(path) ?? null, state),
  );
  call.ports.touched([...changed.keys()], "write");
  const diff = await call.ports.artifacts.put(files.map((file) => file.text).join(""), {
    kind: "diff",
    mediaType: "text/x-diff",
    label: labelOf(files),
  });
  return { files, diff };
}

function labelOf(files: readonly FileDiff[]): string {
  const [first] = files;
  const rest = files.length > 1 ? ` and ${files.length - 1} more` : "";
  return `${first?.path.slice(0, 400) ?? ""}${rest}`;
}

function isSameState(before: FileState | null | undefined, after: FileState | null): boolean {
  if (before === null || before === undefined || after === null) return (before ?? null) === after;
  return before.mode === after.mode && before.bytes.equals(after.bytes);
}
