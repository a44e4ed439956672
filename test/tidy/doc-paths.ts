/** The doc rule: every relative link and every repository path that a document names exists. */
import { posix } from "node:path";
import { type Finding } from "./source-file.ts";

export interface Document {
  /** From the repository's root. */
  readonly path: string;
  readonly text: string;
}

const link = /\]\(([^)\s]+)\)/g;
/**
 * Folders a document names as ours. In docs/ a bare `test/…` or `docs/…` may be an example from
 * a user's repository, so there such a file is named by a link.
 */
const ownFolders = ["packages", "scripts", "examples", "bench", "\\.ci"];
const sharedFolders = ["test", "docs"];

/** `exists` gets paths from the repository's root. Patterns with `*` name no single file. */
export function findMissingPaths(
  { path, text }: Document,
  exists: (path: string) => boolean,
): Finding[] {
  const folders = path.startsWith("docs/") ? ownFolders : [...ownFolders, ...sharedFolders];
  const namedPath = new RegExp(`(?<![\\w./-])(?:${folders.join("|")})/[\\w./*-]*[\\w*]`, "g");
  return text.split("\n").flatMap((content, index) => {
    const links = [...content.matchAll(link)]
      .map(([, target = ""]) => target)
      .filter((target) => !/^([a-z]+:|#)/.test(target))
      .map((target) => posix.join(posix.dirname(path), target.replace(/#.*$/, "")));
    const rest = content.replaceAll(link, "]");
    const named = [...rest.matchAll(namedPath)].map(([target]) => target);
    return [...links, ...named]
      .filter((target) => !target.includes("*") && !exists(target))
      .map((target) => {
        return { path, line: index + 1, message: `${target} does not exist: correct the path` };
      });
  });
}
