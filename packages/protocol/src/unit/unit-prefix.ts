/**
 * The closed set of unit prefixes. A new one is a protocol change: peers refuse what they do not
 * know, since a claim that one side ignores protects nothing.
 */
export const unitPrefixes = [
  "file",
  "dir",
  "proc",
  "api",
  "db",
  "event",
  "flag",
  "env",
  "contract",
  "feature",
] as const;

export type UnitPrefix = (typeof unitPrefixes)[number];

/** Typos are one or two letters; three would turn short prefixes into each other. */
const maxTypos = 2;

export function isUnitPrefix(text: string): text is UnitPrefix {
  return unitPrefixes.some((prefix) => prefix === text);
}

/** The prefix that was probably meant, or null when none is near. */
export function closestPrefix(text: string): UnitPrefix | null {
  const typed = text.trim().toLowerCase();
  if (typed.length < 2 || typed.length > 16) return null;
  const ranked = unitPrefixes
    .map((prefix) => ({
      prefix,
      typos: prefix.startsWith(typed) ? 0 : editDistance(typed, prefix),
    }))
    .toSorted((a, b) => a.typos - b.typos);
  const best = ranked[0];
  const isNear = best !== undefined && best.typos <= maxTypos && best.typos < typed.length;
  return isNear ? best.prefix : null;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
