/**
 * `npm run generate`: writes what is derived from packages/protocol/src and committed, and removes
 * what is not derived any more. `-- --check` only lists what is stale; tests do the same in memory.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { fillPage, pages } from "./protocol/docs/fill-page.ts";
import { generateSchema } from "./protocol/schema.ts";
import { generateVectors, vectorsAsFrames, vectorsAsJson } from "./protocol/vectors.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const schemaFolder = "packages/protocol/schema";
const vectorFolder = "packages/protocol/vectors";

/** Every generated file by its path from the root. */
export function generateFiles(): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const schema = `${JSON.stringify(generateSchema(), null, 2)}\n`;
  files.set(`${schemaFolder}/podlane.schema.json`, Buffer.from(schema));
  for (const group of generateVectors()) {
    files.set(`${vectorFolder}/${group.name}.json`, Buffer.from(vectorsAsJson(group)));
    if (group.name === "frames") continue;
    files.set(`${vectorFolder}/${group.name}.msgpack`, vectorsAsFrames(group));
  }
  for (const path of pages) {
    const page = readFileSync(root + path, "utf8");
    files.set(path, Buffer.from(fillPage(page)));
  }
  return files;
}

/** Paths whose file differs from what the source says, is missing, or is not generated any more. */
export function findStaleFiles(files: ReadonlyMap<string, Uint8Array>): string[] {
  const outdated = [...files].filter(([path, content]) => {
    return !existsSync(root + path) || !readFileSync(root + path).equals(content);
  });
  return [...outdated.map(([path]) => path), ...findLeftovers(files)];
}

function findLeftovers(files: ReadonlyMap<string, Uint8Array>): string[] {
  return [schemaFolder, vectorFolder]
    .filter((folder) => existsSync(root + folder))
    .flatMap((folder) => readdirSync(root + folder).map((name) => `${folder}/${name}`))
    .filter((path) => !files.has(path));
}

function main(): void {
  const files = generateFiles();
  const stale = findStaleFiles(files);
  if (process.argv.includes("--check")) {
    for (const path of stale) console.log(`${path} is stale: run \`npm run generate\``);
    process.exitCode = stale.length === 0 ? 0 : 1;
    return;
  }
  for (const path of stale) {
    const content = files.get(path);
    if (content === undefined) rmSync(root + path);
    else {
      mkdirSync(dirname(root + path), { recursive: true });
      writeFileSync(root + path, content);
    }
    console.log(`${content === undefined ? "removed" : "wrote"} ${path}`);
  }
  if (stale.length === 0) console.log("everything is up to date");
}

if (import.meta.main) main();
