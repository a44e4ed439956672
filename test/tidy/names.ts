/** The naming rules: files are called, in kebab-case, what they own. */
import { type Finding } from "./source-file.ts";

const banned = new Set("util utils helper helpers common types manager service".split(" "));
const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Checks the last word of each folder and of the file's stem (`a-queue` of `a-queue.test.ts`). */
export function findBadNames(path: string): Finding[] {
  const parts = path.split("/").filter((part) => !part.startsWith("."));
  const stems = parts.map((part) => part.replace(/(\.(test|config|build|d))?\.\w+$/, ""));
  return stems.flatMap((stem) => {
    if (!kebabCase.test(stem)) {
      return [{ path, line: 1, message: `"${stem}" is not kebab-case: rename it` }];
    }
    const word = stem.split("-").at(-1) ?? "";
    if (!banned.has(word)) return [];
    return [{ path, line: 1, message: `"${word}" says nothing: name the file by what it owns` }];
  });
}
