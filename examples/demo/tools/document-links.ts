/** The headings and relative links of Markdown documents. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface DocumentLink {
  readonly document: string;
  readonly line: number;
  readonly target: string;
  readonly exists: boolean;
}

/** The repository's own documents, sorted. */
export function listDocuments(): string[] {
  const exclude = (name: string) => name.includes("node_modules");
  return globSync(["*.md", "docs/**/*.md"], { exclude }).toSorted();
}

/** First heading of a document, or its path. */
export function titleOf(document: string): string {
  return /^# (.+)$/m.exec(readFileSync(document, "utf8"))?.[1] ?? document;
}

/** Links to other sites and to places in the same document are none of its business. */
export function relativeLinks(document: string): DocumentLink[] {
  const lines = readFileSync(document, "utf8").split("\n");
  return lines.flatMap((text, index) =>
    [...text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)]
      .map(([, target = ""]) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target) => {
        const exists = existsSync(join(dirname(document), target));
        return { document, line: index + 1, target, exists };
      }),
  );
}
