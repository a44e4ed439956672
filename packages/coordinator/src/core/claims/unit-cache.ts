/**
 * Canonical keys of unit spellings, remembered: the same few spellings come again and again, and
 * canonicalising one costs more than deciding its claim.
 */
import { accepted, ancestorsOf, canonicalUnit, directoryUnit, pathOfUnit } from "@podlane/protocol";
import type { Outcome, UnitKey } from "@podlane/protocol";
import { maxCachedUnits } from "../limits.ts";

/** What the rules need to know of a canonical key. */
export interface UnitFacts {
  readonly key: UnitKey;
  /** Canonical path of `file:` and `dir:`; null for logical units. */
  readonly path: string | null;
  readonly isDirectory: boolean;
  /** The `dir:` keys that cover it, nearest first. */
  readonly ancestors: readonly UnitKey[];
  /** The feature that this pause-lock pauses, or null. */
  readonly pauses: UnitKey | null;
  /** The pause-lock of this feature, or null. */
  readonly pausedBy: UnitKey | null;
  /** The path and those above it, nearest first, without the workspace itself. */
  readonly chain: readonly PathLink[];
}

/** A path and what leads to it. */
export interface PathLink {
  readonly path: string;
  readonly parent: string;
  readonly file: UnitKey;
  readonly directory: UnitKey;
}

// Memos of pure functions: emptied when full, never wrong.
const keysBySpelling = new Map<string, Outcome<UnitKey>>();
const facts = new Map<UnitKey, UnitFacts>();

/** The canonical key of a spelling; refuses what `canonicalUnit` refuses. */
export function unitKeyOf(spelling: string): Outcome<UnitKey> {
  const known = keysBySpelling.get(spelling);
  if (known !== undefined) return known;
  const found = canonicalUnit(spelling);
  if (!found.ok) return found;
  if (keysBySpelling.size >= maxCachedUnits) keysBySpelling.clear();
  keysBySpelling.set(spelling, found);
  return found;
}

/** Canonical keys, each once, in the order given; the first bad one refuses all. */
export function unitKeysOf(spellings: readonly string[]): Outcome<UnitKey[]> {
  const keys: UnitKey[] = [];
  for (const spelling of spellings) {
    const key = unitKeyOf(spelling);
    if (!key.ok) return key;
    if (!keys.includes(key.value)) keys.push(key.value);
  }
  return accepted(keys);
}

export function unitFacts(key: UnitKey): UnitFacts {
  const known = facts.get(key);
  if (known !== undefined) return known;
  const path = pathOfUnit(key);
  const found = {
    key,
    path,
    isDirectory: key.startsWith("dir:"),
    ancestors: ancestorsOf(key),
    pauses: isPause(key) ? (key.slice(0, -pauseSuffix.length) as UnitKey) : null,
    pausedBy: isFeature(key) && !isPause(key) ? (`${key}${pauseSuffix}` as UnitKey) : null,
    chain: path === null ? [] : chainOf(path),
  };
  if (facts.size >= maxCachedUnits) facts.clear();
  facts.set(key, found);
  return found;
}

const pauseSuffix = ":pause";

function isFeature(key: UnitKey): boolean {
  return key.startsWith("feature:");
}

function isPause(key: UnitKey): boolean {
  return isFeature(key) && key.endsWith(pauseSuffix);
}

function chainOf(path: string): PathLink[] {
  const chain: PathLink[] = [];
  for (
    let below = path;
    below !== "";
    below = below.slice(0, Math.max(0, below.lastIndexOf("/")))
  ) {
    const parent = below.slice(0, Math.max(0, below.lastIndexOf("/")));
    const file = `file:${below}` as UnitKey;
    chain.push({ path: below, parent, file, directory: directoryUnit(below) });
  }
  return chain;
}
