/**
 * Canonical workspace paths: the one spelling under which scopes and claims are compared.
 * Lexical only: whoever owns the file system resolves symlinks before it asks. Case-sensitive; on
 * a case-insensitive disk the caller passes each name as the disk stores it.
 */
import { maxKeyBytes } from "../limits.ts";
import { accepted, refused } from "../outcome.ts";
import type { Outcome } from "../outcome.ts";

/** Before `.`, `..` and `//` are gone a spelling may be longer than its canonical form. */
const maxRawLength = 4 * maxKeyBytes;
const utf8 = new TextEncoder();

/**
 * The canonical form of a workspace-relative POSIX path; "" is the workspace itself. Idempotent.
 * Refuses `too_large` above `maxKeyBytes`, `out_of_scope` for an absolute path (`C:/x` too) and for
 * `..` that climbs out, and `invalid_request` for NUL, broken Unicode and backslashes (a separator
 * on some systems and a letter on others: no two readers would agree on the path).
 */
export function canonicalTarget(raw: string): Outcome<string> {
  if (raw.length > maxRawLength) return tooLarge(raw);
  if (!raw.isWellFormed() || raw.includes("\0")) {
    return refused("invalid_request", `path ${quoted(raw)} holds NUL or broken Unicode`);
  }
  if (raw.includes("\\")) {
    return refused("invalid_request", `path ${quoted(raw)} holds a backslash: separate with "/"`);
  }
  if (raw.startsWith("/")) return absolute(raw);
  const segments = resolveSegments(raw.normalize("NFC"));
  if (segments === null) {
    return refused("out_of_scope", `path ${quoted(raw)} climbs out of the workspace`);
  }
  if (/^[A-Za-z]:$/.test(segments[0] ?? "")) return absolute(raw);
  const path = segments.join("/");
  return fitsKey(path) ? accepted(path) : tooLarge(raw);
}

/** Whether text fits `maxKeyBytes` as UTF-8. */
export function fitsKey(text: string): boolean {
  return text.length <= maxKeyBytes && utf8.encode(text).length <= maxKeyBytes;
}

/** Whether a canonical path is the ancestor itself or beneath it, compared segment by segment. */
export function isWithin(path: string, ancestor: string): boolean {
  if (ancestor === "" || path === ancestor) return true;
  return path.startsWith(ancestor) && path[ancestor.length] === "/";
}

/** A canonical path and all its ancestors, nearest first, ending with the workspace (""). */
export function selfAndAncestors(path: string): string[] {
  const found = [path];
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
    found.push(path.slice(0, end));
  }
  if (path !== "") found.push("");
  return found;
}

/** A canonical path one segment below another. */
export function childPath(parent: string, segment: string): string {
  return parent === "" ? segment : `${parent}/${segment}`;
}

/** Text as shown in a refusal: quoted, escaped, cut to 80 characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}

function absolute(raw: string): Outcome<never> {
  return refused("out_of_scope", `path ${quoted(raw)} is absolute: start at the workspace root`);
}

function tooLarge(raw: string): Outcome<never> {
  return refused("too_large", `path ${quoted(raw)} is longer than ${maxKeyBytes} bytes`);
}

/** Null when `..` climbs above the workspace. */
function resolveSegments(path: string): string[] | null {
  const resolved: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment !== "..") resolved.push(segment);
    else if (resolved.pop() === undefined) return null;
  }
  return resolved;
}
