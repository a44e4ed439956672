/**
 * Adds to package-lock.json the optional platform packages that npm left out.
 *
 * npm drops an optional package from the lock when the registry it talks to cannot serve it, and
 * then `npm ci` fails ("Missing … from lock file"), or other platforms get no native binding.
 * Entries added here carry no integrity: npm fills it in where the package is really installed.
 */
import { readFileSync, writeFileSync } from "node:fs";

interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Record<string, string>;
}
interface Lock {
  packages: Record<string, LockEntry>;
}
export interface LockGap {
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly dev: boolean;
}

const exactVersion = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
const lockPath = new URL("../package-lock.json", import.meta.url);

/** Optional dependencies with an exact version that a locked package names and the lock lacks. */
export function findLockGaps(lock: Lock): LockGap[] {
  return Object.entries(lock.packages).flatMap(([owner, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .map(([name, version]) => ({ name, version, owner, dev: entry.dev === true }))
      .filter((gap) => exactVersion.test(gap.version) && !isLocked(lock, gap)),
  );
}

/** Reads the lock of this repository. */
export function readLock(): Lock {
  return JSON.parse(readFileSync(lockPath, "utf8")) as Lock;
}

function isLocked(lock: Lock, gap: { owner: string; name: string; version: string }): boolean {
  const nested = lock.packages[`${gap.owner}/node_modules/${gap.name}`];
  const resolved = nested ?? lock.packages[`node_modules/${gap.name}`];
  return resolved?.version === gap.version;
}

/** Platform fields as the names of native bindings spell them: `…-linux-x64-musl`. */
function platformOf(name: string): { os?: string[]; cpu?: string[]; libc?: string[] } {
  const match =
    /(?:^|[/-])(android|darwin|freebsd|linux|openharmony|win32|wasm32)-(\w+)(?:-(\w+))?$/.exec(
      name,
    );
  if (!match) throw new Error(`${name}: no platform in the name; add its lock entry by hand`);
  const [, os = "", cpu = "", abi] = match;
  if (os === "wasm32") return { cpu: ["wasm32"] };
  const libc = abi?.startsWith("musl") ? ["musl"] : abi?.startsWith("gnu") ? ["glibc"] : undefined;
  return { os: [os], cpu: [cpu], ...(os === "linux" && libc ? { libc } : {}) };
}

function completeLock(): void {
  const lock = readLock();
  const gaps = findLockGaps(lock);
  for (const { name, version, owner, dev } of gaps) {
    const shared = `node_modules/${name}`;
    const path = shared in lock.packages ? `${owner}/${shared}` : shared;
    const entry = { version, ...(dev ? { dev } : {}), license: "MIT", optional: true };
    lock.packages[path] = { ...entry, ...platformOf(name) };
  }
  const paths = Object.keys(lock.packages).toSorted((a, b) => a.localeCompare(b, "en"));
  lock.packages = Object.fromEntries(paths.map((path) => [path, lock.packages[path] ?? {}]));
  writeFileSync(lockPath, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: ${gaps.length} optional packages added`);
}

if (import.meta.main) completeLock();
