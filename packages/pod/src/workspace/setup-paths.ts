/**
 * The two ways a path comes from the person's checkout into a workspace: a link or a copy.
 * Neither replaces what is there, and neither writes outside the workspace.
 */
import { cp, lstat, mkdir, readdir, readlink, realpath, symlink } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, normalize, relative, resolve } from "node:path";
import { accepted, refused, type Outcome } from "@podlane/protocol";

export interface Place {
  /** As the plan names it. */
  readonly name: string;
  readonly source: string;
  readonly target: string;
  readonly sourceExists: boolean;
  readonly checkout: string;
}

/** Refused `invalid_request` when the name leaves the workspace, also by a link in it. */
export async function resolvePlace(
  name: string,
  checkout: string,
  workspace: string,
): Promise<Outcome<Place>> {
  const path = normalize(name).replace(/\/+$/, "");
  const first = path.split("/")[0];
  if (isAbsolute(path) || first === ".." || path === "." || first === ".git") {
    return refused(
      "invalid_request",
      `setup names "${name}"; it must be a path inside the checkout`,
    );
  }
  const target = join(workspace, path);
  if (!isInside(await realpath(workspace), await realpathOfExisting(dirname(target)))) {
    return refused(
      "invalid_request",
      `setup names "${name}", which a link leads out of the workspace`,
    );
  }
  const source = join(checkout, path);
  return accepted({ name, source, target, sourceExists: await exists(source), checkout });
}

/** Links the target to the source; false when there is no source or the target exists. */
export async function linkPath(place: Place): Promise<boolean> {
  if (!place.sourceExists || (await exists(place.target))) return false;
  await mkdir(dirname(place.target), { recursive: true });
  const folder = (await lstat(place.source)).isDirectory();
  if (folder && basename(place.source) === "node_modules")
    await linkModules(place.source, place.target);
  else await symlink(place.source, place.target);
  return true;
}

/** Copies the source, a folder with all in it; false as for `linkPath`. */
export async function copyPath(place: Place): Promise<boolean> {
  if (!place.sourceExists || (await exists(place.target))) return false;
  await mkdir(dirname(place.target), { recursive: true });
  await cp(place.source, place.target, { recursive: true, verbatimSymlinks: true });
  return true;
}

/** Written to by tools while they run; shared, pods would see each other's. */
const caches = new Set([".cache", ".vite", ".vite-temp", ".vitest"]);

/**
 * A folder of links, one a package. One link for the whole would be wrong three ways: npm
 * workspaces link to their sources by relative paths, which would lead to the checkout's sources
 * and not this workspace's; an installer would empty the checkout's folder through it; and the
 * pattern `node_modules/` in an ignore file does not match a link.
 */
async function linkModules(source: string, target: string): Promise<void> {
  await mkdir(target);
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (caches.has(entry.name)) continue;
    if (entry.isDirectory() && (entry.name.startsWith("@") || entry.name === ".bin")) {
      await linkModules(from, to);
      continue;
    }
    const link = entry.isSymbolicLink() ? await readlink(from) : null;
    if (link !== null && !isAbsolute(link)) await symlink(link, to);
    else if (entry.isFile()) await cp(from, to);
    else await symlink(from, to);
  }
}

async function realpathOfExisting(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return join(await realpathOfExisting(dirname(path)), basename(path));
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(resolve(folder), resolve(path));
  return way !== ".." && !way.startsWith("../") && !isAbsolute(way);
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
