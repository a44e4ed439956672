/** The oldest git that can do what is asked of it, checked once a process. */
import { tmpdir } from "node:os";
import { gitIn } from "./git.ts";
import { GitFault } from "./fault.ts";

/** `merge-tree --write-tree` came with 2.38. */
export const oldestGit = "2.38";

let known: Promise<string | null> | undefined;

/** The version of the installed git, or null when there is none or it is too old. */
export function gitVersion(): Promise<string | null> {
  known ??= readVersion();
  return known;
}

async function readVersion(): Promise<string | null> {
  try {
    const version = (await gitIn(tmpdir()).text(["version"])).split(" ")[2] ?? "";
    const [major = 0, minor = 0] = version.split(".").map(Number);
    return major > 2 || (major === 2 && minor >= 38) ? version : null;
  } catch (error) {
    if (error instanceof GitFault && error.code === "git_missing") return null;
    throw error;
  }
}
