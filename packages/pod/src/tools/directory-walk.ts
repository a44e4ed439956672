/**
 * Opens a directory beneath the worktree from handle to handle, following no link: a segment that
 * was swapped for a link after the path gate is refused, not followed. On Linux names are resolved
 * relative to the open handle (`/proc/self/fd`), as `openat` does; elsewhere by path, with the
 * real path compared after opening, which leaves a moment between check and use.
 */
import { constants } from "node:fs";
import { mkdir, open, realpath, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { accepted, refused, type Outcome } from "@podlane/protocol";

const openFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const throughHandle = process.platform === "linux";

export class OpenDirectory implements AsyncDisposable {
  readonly #handle: FileHandle;
  readonly #absolute: string;

  constructor(handle: FileHandle, absolute: string) {
    this.#handle = handle;
    this.#absolute = absolute;
  }

  /** A path to the entry that stays bound to this very directory, whatever its path now is. */
  entry(name: string): string {
    return throughHandle ? `/proc/self/fd/${this.#handle.fd}/${name}` : join(this.#absolute, name);
  }

  /** Opens a direct child; null when there is none. Throws `ELOOP` or `ENOTDIR` on a link. */
  async child(name: string, create: boolean): Promise<OpenDirectory | null> {
    if (create) await mkdir(this.entry(name)).catch(ignore("EEXIST"));
    const absolute = join(this.#absolute, name);
    const handle = await open(this.entry(name), openFlags).catch(ignore("ENOENT"));
    if (handle === undefined) return null;
    const child = new OpenDirectory(handle, absolute);
    if (throughHandle || (await realpath(absolute)) === absolute) return child;
    await child[Symbol.asyncDispose]();
    throw Object.assign(new Error(`${absolute} is reached through a link`), { code: "ELOOP" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/**
 * Opens the directory that holds a canonical path, creating what is missing when asked to.
 * Refuses `not_found` for a missing one and `conflict` when a segment is no directory (any more).
 */
export async function openParent(
  worktree: string,
  path: string,
  create: boolean,
): Promise<Outcome<OpenDirectory>> {
  const segments = path.split("/").slice(0, -1);
  let at = new OpenDirectory(await open(worktree, openFlags), worktree);
  try {
    for (const segment of segments) {
      const next = await at.child(segment, create);
      await at[Symbol.asyncDispose]();
      if (next === null) return refused("not_found", `${path}: there is no directory ${segment}`);
      at = next;
    }
    return accepted(at);
  } catch (error) {
    await at[Symbol.asyncDispose]();
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== "ELOOP" && code !== "ENOTDIR") throw error;
    return refused("conflict", `${path}: a directory on the way is a file or a link`);
  }
}

/** For the one error that is an answer; any other is thrown on. */
export function ignore(code: string): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (error.code === code) return undefined;
    throw error;
  };
}
