/** Installs peers from the registry into a folder of the bench's own, and loads them there. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Exact versions: a figure is worth nothing without them. */
const versions = {
  "graphile-worker": "0.17.3",
  "pg-boss": "10.4.2",
  bullmq: "6.7.0",
  ioredis: "6.0.0",
} as const;
export type PeerPackage = keyof typeof versions;

export function describePeer(name: PeerPackage): string {
  return `${name} ${versions[name]}`;
}

/** Throws when the registry cannot be reached. */
export function installPeers(folder: string, names: readonly PeerPackage[]): LoadPeer {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{"private":true}');
  const wanted = names.map((name) => `${name}@${versions[name]}`);
  const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...wanted];
  execFileSync("npm", args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  const require = createRequire(join(folder, "package.json"));
  return async (name) => {
    const module = (await import(pathToFileURL(require.resolve(name)).href)) as {
      default?: unknown;
    };
    return module.default ?? module;
  };
}

export type LoadPeer = (name: PeerPackage) => Promise<unknown>;
