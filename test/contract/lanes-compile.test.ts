/**
 * The lane boundary is a type: what must not happen does not compile. Each fixture marks its
 * offending line with the error expected there; without that line it compiles, so the check can
 * fail.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const repository = join(import.meta.dirname, "../..");
const fixtures = join(repository, "test/fixtures/compile-fail");
const compiler = join(repository, "node_modules/typescript/bin/tsc");
const mark = /\/\/ expect (TS\d+)$/;

interface Diagnostic {
  readonly file: string;
  readonly line: number;
  readonly code: string;
}

let folder = "";
beforeAll(async () => {
  // Inside the repository, so that packages resolve; two levels deep, like the fixtures' imports.
  await mkdir(join(repository, ".tmp"), { recursive: true });
  folder = await mkdtemp(join(repository, ".tmp/lanes-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the compiler says about these files under the repository's own options. */
async function compile(name: string, files: readonly string[]): Promise<Diagnostic[]> {
  const config = join(folder, `${name}.json`);
  const extended = join(repository, "tsconfig.json");
  await writeFile(config, JSON.stringify({ extends: extended, files, include: [], exclude: [] }));
  const args = [compiler, "-p", config, "--pretty", "false"];
  const options = { cwd: repository, timeout: 60_000 };
  const { stdout } = await promisify(execFile)(process.execPath, args, options).catch(
    (error: Error & { stdout?: string }) => ({ stdout: error.stdout ?? error.message }),
  );
  return parseDiagnostics(stdout);
}

/** A line that is neither a diagnostic nor its indented continuation is a failure of the tool. */
function parseDiagnostics(output: string): Diagnostic[] {
  const lines = output.split("\n").filter((line) => line.trim() !== "" && !line.startsWith(" "));
  return lines.map((line) => {
    const found = /^(.+)\((\d+),\d+\): error (TS\d+):/.exec(line);
    if (found === null) throw new Error(`the compiler said: ${line}`);
    const [, file = "", at, code = ""] = found;
    return { file: relative(repository, join(repository, file)), line: Number(at), code };
  });
}

function expectedIn(file: string, source: string): Diagnostic[] {
  return source.split("\n").flatMap((text, index) => {
    const code = mark.exec(text)?.[1];
    return code === undefined ? [] : [{ file, line: index + 1, code }];
  });
}

describe("does not compile", async () => {
  const names = (await readdir(fixtures)).filter((name) => name.endsWith(".ts"));

  it.each(names)("%s, and does without its offending line", async (name) => {
    const path = join(fixtures, name);
    const source = await readFile(path, "utf8");
    const expected = expectedIn(relative(repository, path), source);
    expect(expected).toHaveLength(1);
    expect(await compile(name, [path])).toEqual(expected);

    const healed = join(folder, "healed", name);
    await mkdir(join(folder, "healed"), { recursive: true });
    const lines = source.split("\n").filter((line) => !mark.test(line));
    await writeFile(healed, lines.join("\n"));
    expect(await compile(`${name}.healed`, [healed])).toEqual([]);
  });
});

describe("a PodEvent kind without a lane", () => {
  it("does not compile, where lanes are given", async () => {
    const copy = join(folder, "protocol");
    await cp(join(repository, "packages/protocol/src"), copy, { recursive: true });
    const lanes = join(copy, "lanes.ts");
    expect(await compile("known-kinds", [lanes])).toEqual([]);

    const events = join(copy, "pod-event.ts");
    const source = await readFile(events, "utf8");
    const novel = '  z.object({ kind: z.literal("novel"), ...common }),\n';
    const grown = source.replace("  ArtifactReady,\n]);", `  ArtifactReady,\n${novel}]);`);
    expect(grown).not.toBe(source);
    await writeFile(events, grown);
    const text = await readFile(lanes, "utf8");
    const line =
      text.split("\n").findIndex((one) => one.includes("return unclassified(event)")) + 1;
    expect(await compile("novel-kind", [lanes])).toEqual([
      { file: relative(repository, lanes), line, code: "TS2345" },
    ]);
  });
});
