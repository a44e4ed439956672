/** The dead file rule: every source file is an entry or is reached from one. */
import { resolveImport } from "./layers.ts";
import { type Finding, type SourceFile } from "./source-file.ts";

/** Source files that no entry reaches over relative imports. */
export function findDeadFiles(files: readonly SourceFile[], entries: readonly string[]): Finding[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set<string>();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = byPath.get(path);
    if (file === undefined || reached.has(path)) continue;
    reached.add(path);
    const relative = file.imports.filter(({ specifier }) => specifier.startsWith("."));
    waiting.push(...relative.map(({ specifier }) => resolveImport(file.path, specifier)));
  }
  const message = "no entry reaches this file: import it where it is used, or delete it";
  return [...byPath.keys()]
    .filter((path) => !reached.has(path))
    .map((path) => ({ path, line: 1, message }));
}
