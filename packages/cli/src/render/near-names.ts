/** Names that somebody may have meant: the ones a typing mistake or two away. */

/** More mistakes than this and the word is another one. */
const maxMistakes = 2;

export function nearNames(wanted: string, known: readonly string[]): string[] {
  return known
    .map((name) => ({ name, mistakes: editDistance(wanted, name) }))
    .filter(({ name, mistakes }) => mistakes <= Math.min(maxMistakes, name.length / 2))
    .toSorted((a, b) => a.mistakes - b.mistakes)
    .map(({ name }) => name);
}

/** Levenshtein's distance, one row of his table at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
