/**
 * Bundles the simulation with one mutation planted in it. The product carries no switch for this:
 * the edit is made to the source on its way into the bundle, and to nothing on disk.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";
import type { RunReport } from "../simulation.ts";
import type { Scenario } from "../world/scenario.ts";
import type { Mutation } from "./mutation.ts";

export interface Planted {
  readonly runScenario: (scenario: Scenario) => Promise<RunReport>;
}

const entry = fileURLToPath(new URL("../simulation.ts", import.meta.url));

/** Rejects when an edit does not fit: the source has changed, and the mutation must follow it. */
export async function plant(mutation: Mutation): Promise<Planted> {
  const folder = mkdtempSync(join(tmpdir(), "podlane-mutation-"));
  try {
    const file = join(folder, "simulation.mjs");
    await bundle(mutation, file);
    return (await import(pathToFileURL(file).href)) as Planted;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bundle(mutation: Mutation, file: string): Promise<void> {
  const suffix = `/packages/coordinator/src/${mutation.file}`;
  let isPlanted = false;
  await using build = await rolldown({
    input: entry,
    platform: "node",
    resolve: { conditionNames: ["podlane-source", "node", "import", "default"] },
    plugins: [
      {
        name: "plant",
        transform: (code, id) => {
          if (!id.endsWith(suffix)) return null;
          isPlanted = true;
          return edit(code, mutation);
        },
      },
    ],
  });
  await build.write({ file, format: "esm", codeSplitting: false });
  if (!isPlanted) throw new Error(`"${mutation.name}": ${mutation.file} is not in the simulation`);
}

function edit(code: string, { name, file, edits }: Mutation): string {
  return edits.reduce((text, [find, replace]) => {
    const places = text.split(find).length - 1;
    if (places === 1) return text.replace(find, () => replace);
    throw new Error(`"${name}": ${file} has ${places} places for "${find}", it needs one`);
  }, code);
}
