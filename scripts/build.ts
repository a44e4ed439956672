/**
 * `npm run build`: packages/protocol/dist by the compiler (JS and declarations, usable alone), and
 * each program of packages/cli/dist as one self-contained file, because a bundled pod starts in a
 * third of the time of one that resolves modules.
 */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

interface Bundle {
  /** Entry file, from the repository's root. */
  readonly source: string;
  /** The one file made of it. */
  readonly output: string;
}

/** Every program we ship. A listed entry that does not exist fails the build. */
export const bundles: readonly Bundle[] = [
  { source: "packages/cli/src/main.ts", output: "packages/cli/dist/pod.js" },
  { source: "packages/cli/src/serve.ts", output: "packages/cli/dist/serve.js" },
  { source: "packages/cli/src/pod-runtime.ts", output: "packages/cli/dist/pod-runtime.js" },
  {
    source: "packages/pod/src/agent/script-agent/main.ts",
    output: "packages/cli/dist/script-agent.js",
  },
];

const root = fileURLToPath(new URL("..", import.meta.url));

function buildProtocol(): void {
  rmSync(`${root}packages/protocol/dist`, { recursive: true, force: true });
  const compiler = `${root}node_modules/typescript/bin/tsc`;
  const project = `${root}packages/protocol/tsconfig.build.json`;
  const { status } = spawnSync(process.execPath, [compiler, "-p", project], { stdio: "inherit" });
  if (status !== 0) throw new Error("packages/protocol does not compile; see the errors above");
}

/** Names each entry that is missing, so that one run shows them all. */
export function findMissingEntries(list: readonly Bundle[], exists = existsSync): string[] {
  return list
    .filter(({ source }) => !exists(`${root}${source}`))
    .map(({ source, output }) => `${source} does not exist, and ${output} is built from it`);
}

async function buildBundle({ source, output }: Bundle): Promise<void> {
  await using build = await rolldown({
    input: `${root}${source}`,
    platform: "node",
    // "import" or "require" is added by the way each module is asked for.
    resolve: { conditionNames: ["podlane-source", "node", "default"] },
    // Only zod does something by being imported: it takes on its messages. Everything else that a
    // program does not use (the WebSocket transport and the HTTP behind it, above all) stays out.
    treeshake: { moduleSideEffects: (id) => /[\\/]node_modules[\\/]zod[\\/]/.test(id) },
    onLog(level, log) {
      if (level === "warn") throw new Error(`${source}: ${log.message}`);
    },
  });
  await build.write({ file: `${root}${output}`, format: "esm", codeSplitting: false });
}

async function main(): Promise<void> {
  const missing = findMissingEntries(bundles);
  if (missing.length > 0) throw new Error(`build: ${missing.join("\nbuild: ")}`);
  rmSync(`${root}packages/cli/dist`, { recursive: true, force: true });
  buildProtocol();
  await Promise.all(bundles.map(buildBundle));
  const outputs = ["packages/protocol/dist", ...bundles.map(({ output }) => output)];
  console.log(`built ${outputs.join(", ")}`);
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
