/**
 * The path gate: from what an agent wrote to the one canonical path that scope, claims and the
 * disk agree on. Links are resolved one segment at a time and may not leave the worktree; `.git`
 * is refused under every spelling. What the gate found may change before the file is opened:
 * `directory-walk.ts` opens by the canonical path and follows no link at all.
 */
import { lstat, readlink, realpath } from "node:fs/promises";
import type { Stats } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { accepted, canonicalTarget, isGitPath, refused, type Outcome } from "@podlane/protocol";
import { maxLinks, maxNameBytes } from "./limits.ts";

export interface GatedPath {
  /** Canonical and workspace-relative; no segment of it is a link. "" is the worktree itself. */
  readonly path: string;
  /** Null: nothing is there yet. */
  readonly stats: Stats | null;
}

/**
 * Refuses `out_of_scope` for what lies outside the worktree, by `..`, absolutely or through a
 * link, and for `.git`; `invalid_request` for a path no file can have and for circular links;
 * `too_large` for a name or path that is too long.
 */
export async function gatePath(worktree: string, input: string): Promise<Outcome<GatedPath>> {
  const lexical = await withinWorktree(worktree, input);
  if (!lexical.ok) return lexical;
  if (isGitPath(lexical.value)) return refusedGit(input);
  if (lexical.value.split("/").some((name) => Buffer.byteLength(name) > maxNameBytes)) {
    return refused("too_large", `${shown(input)}: a name is longer than ${maxNameBytes} bytes`);
  }
  const walked = await resolveLinks(worktree, segmentsOf(lexical.value), input);
  if (!walked.ok) return walked;
  const canonical = canonicalTarget(walked.value.path);
  if (!canonical.ok) return canonical;
  if (isGitPath(canonical.value)) return refusedGit(input);
  if (canonical.value !== walked.value.path) {
    return refused("invalid_request", `${shown(input)}: its name on disk is not in Unicode NFC`);
  }
  return walked;
}

/** An absolute path is taken for what it is inside the worktree, also by another name of it. */
async function withinWorktree(worktree: string, input: string): Promise<Outcome<string>> {
  if (!isAbsolute(input)) return canonicalTarget(input);
  if (input.includes("\0")) return refused("invalid_request", `path ${shown(input)} holds NUL`);
  const inside = relative(worktree, input);
  if (!leaves(inside)) return canonicalTarget(inside);
  const real = relative(worktree, await realOfNearest(input));
  return leaves(real) ? refusedOutside(input) : canonicalTarget(real);
}

async function resolveLinks(
  worktree: string,
  segments: readonly string[],
  input: string,
): Promise<Outcome<GatedPath>> {
  const pending = segments.toReversed();
  let resolved: string[] = [];
  let stats: Stats | null = await lstat(worktree);
  let links = 0;
  for (let segment = pending.pop(); segment !== undefined; segment = pending.pop()) {
    if (segment === "..") {
      if (resolved.pop() === undefined) return refusedOutside(input);
      stats = await statOrNull(join(worktree, ...resolved));
      continue;
    }
    const here = join(worktree, ...resolved, segment);
    const found = await statOrNull(here);
    if (found?.isSymbolicLink() !== true) {
      resolved.push(segment);
      stats = found;
      continue;
    }
    if (++links > maxLinks) return refused("invalid_request", `${shown(input)}: circular links`);
    const target = await readLinkWithin(worktree, here);
    if (target === null) return refusedOutside(input);
    if (target.fromRoot) resolved = [];
    pending.push(...target.segments.toReversed());
  }
  return accepted({ path: resolved.join("/"), stats });
}

/** Null: the link leads outside. A relative target's `..` is judged while it is walked. */
async function readLinkWithin(
  worktree: string,
  link: string,
): Promise<{ fromRoot: boolean; segments: string[] } | null> {
  const target = await readlink(link);
  if (!isAbsolute(target)) return { fromRoot: false, segments: segmentsOf(target) };
  const inside = relative(worktree, await realOfNearest(target));
  return leaves(inside) ? null : { fromRoot: true, segments: segmentsOf(inside) };
}

/** The real path of the nearest ancestor that exists, with the rest appended as written. */
async function realOfNearest(absolute: string): Promise<string> {
  const missing: string[] = [];
  for (let at = join(absolute); ;) {
    try {
      return join(await realpath(at), ...missing);
    } catch {
      if (at === sep) return join(absolute);
      missing.unshift(at.slice(at.lastIndexOf(sep) + 1));
      at = at.slice(0, at.lastIndexOf(sep)) || sep;
    }
  }
}

async function statOrNull(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw error;
  }
}

function segmentsOf(path: string): string[] {
  return path.split("/").filter((segment) => segment !== "" && segment !== ".");
}

function leaves(relativePath: string): boolean {
  return isAbsolute(relativePath) || relativePath.split(sep)[0] === "..";
}

function refusedOutside(input: string): Outcome<never> {
  return refused("out_of_scope", `path ${shown(input)} leads outside the worktree`);
}

function refusedGit(input: string): Outcome<never> {
  return refused("out_of_scope", `path ${shown(input)} belongs to git: use the commit step`);
}

function shown(input: string): string {
  return JSON.stringify(input.length > 80 ? `${input.slice(0, 80)}…` : input);
}
