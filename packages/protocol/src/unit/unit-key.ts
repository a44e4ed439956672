/**
 * Keys of work units, the things that can be claimed: `prefix:name`, each unit with exactly one
 * canonical spelling, so that comparing keys is comparing strings. What the prefixes mean is in
 * `docs/lock-keys.md`; what a name may be is in `unit-name.ts`.
 */
import { z } from "zod";
import { maxKeyBytes } from "../limits.ts";
import { accepted, refused } from "../outcome.ts";
import type { Outcome } from "../outcome.ts";
import { canonicalTarget, fitsKey, quoted } from "../scope/path.ts";
import { closestPrefix, isUnitPrefix, unitPrefixes } from "./unit-prefix.ts";
import type { UnitPrefix } from "./unit-prefix.ts";
import { canonicalName } from "./unit-name.ts";

/** A canonical unit key. Parsing accepts no other spelling; `canonicalUnit` is for those. */
export const UnitKey = z
  .string()
  .refine(isCanonicalUnit, { error: "not the canonical form of a unit key" })
  .brand<"UnitKey">();
export type UnitKey = z.infer<typeof UnitKey>;

/** Spellings longer than this are refused unread; `canonicalTarget` allows paths as much. */
const maxRawLength = 4 * maxKeyBytes;

/**
 * The canonical key of a unit, idempotent. A bare path is `file:`, with a trailing slash `dir:`; a
 * bare path with ":" in its first segment needs its prefix written. Refuses `too_large` above
 * `maxKeyBytes`, `out_of_scope` for paths outside the workspace, `invalid_request` for an unknown
 * prefix (naming all, and the nearest) and for names that the prefix does not allow.
 */
export function canonicalUnit(raw: string): Outcome<UnitKey> {
  if (raw.length > maxRawLength) return tooLarge(raw);
  const split = splitPrefix(raw);
  if (split === null) return canonicalPathUnit(raw, namesDirectory(raw) ? "dir" : "file");
  const { prefix, name } = split;
  if (!isUnitPrefix(prefix)) return unknownPrefix(raw, prefix);
  if (prefix === "dir") return canonicalPathUnit(name, "dir");
  if (prefix === "file") {
    if (!namesDirectory(name)) return canonicalPathUnit(name, "file");
    return refused("invalid_request", `unit ${quoted(raw)} names a directory: write it as dir:`);
  }
  const canonical = canonicalName(prefix, name);
  return canonical.ok ? asKey(`${prefix}:${canonical.value}`) : canonical;
}

/** Whether text is the canonical key of some unit. */
export function isCanonicalUnit(text: string): boolean {
  const canonical = canonicalUnit(text);
  return canonical.ok && canonical.value === text;
}

/** The prefix of a canonical key. */
export function prefixOf(key: UnitKey): UnitPrefix {
  const prefix = key.slice(0, key.indexOf(":"));
  if (!isUnitPrefix(prefix)) throw new Error(`unit key ${quoted(key)} was never canonicalised`);
  return prefix;
}

/** The canonical path of a `file:` or `dir:` key ("" is the workspace); null for logical units. */
export function pathOfUnit(key: UnitKey): string | null {
  const prefix = prefixOf(key);
  if (prefix !== "file" && prefix !== "dir") return null;
  return key === rootUnit ? "" : key.slice(prefix.length + 1);
}

/** The `dir:` key of a canonical path. */
export function directoryUnit(path: string): UnitKey {
  return (path === "" ? rootUnit : `dir:${path}`) as UnitKey;
}

/** The workspace: "." and not "", so that no key ends in a colon. */
const rootUnit = "dir:.";

function canonicalPathUnit(raw: string, prefix: "file" | "dir"): Outcome<UnitKey> {
  if (raw === "") return refused("invalid_request", `a ${prefix}: unit needs a path, found none`);
  const path = canonicalTarget(raw);
  if (!path.ok) return path;
  return asKey(prefix === "dir" ? directoryUnit(path.value) : `file:${path.value}`);
}

/** A prefix ends at the first colon, if no slash comes before it. */
function splitPrefix(raw: string): { readonly prefix: string; readonly name: string } | null {
  const colon = raw.search(/[:/]/);
  if (raw[colon] !== ":") return null;
  return { prefix: raw.slice(0, colon), name: raw.slice(colon + 1) };
}

/** POSIX resolves these spellings to directories and to nothing else. */
function namesDirectory(path: string): boolean {
  return /(?:^|\/)\.{0,2}$/.test(path) && path !== "";
}

/** The only way a checked string becomes a key. */
function asKey(text: string): Outcome<UnitKey> {
  return fitsKey(text) ? accepted(text as UnitKey) : tooLarge(text);
}

function tooLarge(raw: string): Outcome<never> {
  return refused("too_large", `unit ${quoted(raw)} is longer than ${maxKeyBytes} bytes`);
}

function unknownPrefix(raw: string, prefix: string): Outcome<never> {
  const closest = closestPrefix(prefix);
  const hint = closest === null ? `a file of that name is file:…` : `did you mean ${closest}:?`;
  const known = unitPrefixes.map((name) => `${name}:`).join(" ");
  return refused(
    "invalid_request",
    `unit ${quoted(raw)}: unknown prefix; known: ${known}; ${hint}`,
  );
}
