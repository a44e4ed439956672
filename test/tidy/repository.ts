/** The files of this repository as git knows them: tracked, and new ones that are not ignored. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseSource, type SourceFile } from "./source-file.ts";

export const root = fileURLToPath(new URL("../../", import.meta.url));

interface Manifest {
  readonly exports: Record<string, { readonly "podlane-source": string }>;
}

/** Paths from the root. Files deleted but not yet committed are left out. */
export function listFiles(): string[] {
  const options = ["ls-files", "--cached", "--others", "--exclude-standard"];
  const output = execFileSync("git", options, { cwd: root, encoding: "utf8" });
  return output.split("\n").filter((path) => path !== "" && existsSync(root + path));
}

export function readText(path: string): string {
  return readFileSync(root + path, "utf8");
}

export function pathExists(path: string): boolean {
  return existsSync(root + path);
}

/** Every TypeScript file, parsed, without the programs that must not compile. */
export function parseSources(paths: readonly string[]): SourceFile[] {
  return paths
    .filter((path) => path.endsWith(".ts") && !path.startsWith("test/fixtures/compile-fail/"))
    .map((path) => parseSource(path, readText(path)));
}

/** The source files that packages/<name>/package.json exports. */
export function exportedEntries(name: string): string[] {
  const manifest = JSON.parse(readText(`packages/${name}/package.json`)) as Manifest;
  return Object.values(manifest.exports).map((entry) => {
    return `packages/${name}/${entry["podlane-source"].replace(/^\.\//, "")}`;
  });
}
