/**
 * `npm run check`: every gate, each on its own, so that one run shows every failure. The tidy,
 * surface and requirements tests are gates too; `npm test` runs them with all other tests.
 */
import { spawn } from "node:child_process";

interface Gate {
  readonly name: string;
  readonly command: string;
  /** What to do when it fails. */
  readonly remedy: string;
}

const gates: readonly Gate[] = [
  { name: "types", command: "tsc -p .", remedy: "make it compile; no `any`, no `@ts-ignore`" },
  {
    name: "lint",
    command: "oxlint --type-aware --deny-warnings",
    remedy: "each finding names its rule; `npm run fix` repairs some",
  },
  { name: "format", command: "oxfmt --check .", remedy: "run `npm run fix`" },
  {
    name: "unused code",
    command: "knip --treat-config-hints-as-errors",
    remedy: "delete it, or use it",
  },
  {
    name: "tidy",
    command:
      "vitest run test/tidy test/tidy.test.ts test/surface.test.ts test/requirements.test.ts",
    remedy: "each finding names the replacement",
  },
];

interface Outcome {
  readonly passed: boolean;
  readonly output: string;
}

function run(command: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ passed: code === 0, output: Buffer.concat(chunks).toString() });
    });
  });
}

async function main(): Promise<void> {
  const failed: string[] = [];
  for (const { name, command, remedy } of gates) {
    const { passed, output } = await run(command);
    console.log(`${passed ? "ok  " : "FAIL"} ${name}: ${command}`);
    if (passed) continue;
    failed.push(name);
    console.log(`${output.trimEnd()}\n→ ${remedy}\n`);
  }
  console.log(failed.length === 0 ? "check: all gates pass" : `check: ${failed.join(", ")} failed`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}

await main();
