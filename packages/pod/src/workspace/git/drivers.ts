/**
 * Turns off the programs that a repository's own configuration names for file content.
 *
 * Filters run on checkout, status and add, merge drivers on every merge. A pod can write
 * `.gitattributes`, and without a sandbox the repository's configuration as well, so only drivers
 * from the person's own files are run. There is no setting that removes a driver; each is replaced.
 */
import type { Settings } from "./environment.ts";

/** Git's own three-way text merge; an empty command would silently take one side. */
const textMerge = "git merge-file %A %O %B";

/** Reads configured drivers: `scope NUL key LF value NUL …`, as `config --show-scope -z` prints. */
export const driverQuery = [
  "config",
  "--includes",
  "--show-scope",
  "-z",
  "--get-regexp",
  "^((filter\\..*\\.(clean|smudge|process|required))|(merge\\..*\\.(driver|recursive)))$",
];

/** Settings that give each driver the person's own value, or none. */
export function driverSettings(listing: string): Settings {
  const own = new Map<string, string>();
  const foreign = new Set<string>();
  const fields = listing.split("\0");
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [scope, entry] = [fields[index] ?? "", fields[index + 1] ?? ""];
    const end = entry.indexOf("\n");
    const key = end < 0 ? entry : entry.slice(0, end);
    if (scope === "global" || scope === "system")
      own.set(key, end < 0 ? "true" : entry.slice(end + 1));
    else if (scope === "local" || scope === "worktree") foreign.add(key);
  }
  return [...foreign].map((key) => [key, own.get(key) ?? harmless(key)] as const);
}

function harmless(key: string): string {
  if (key.endsWith(".driver")) return textMerge;
  if (key.endsWith(".recursive")) return "text";
  return key.endsWith(".required") ? "false" : "";
}
