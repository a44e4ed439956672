/** @podlane/protocol stands alone: what `npm pack` makes works in an otherwise empty project. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as source from "../../packages/protocol/src/index.ts";
import { readText, root } from "../tidy/repository.ts";

interface Manifest {
  readonly exports: Record<string, object>;
  readonly dependencies: Record<string, string>;
}

const manifest = JSON.parse(readText("packages/protocol/package.json")) as Manifest;
const specifiers = Object.keys(manifest.exports).map((key) =>
  key.replace(".", "@podlane/protocol"),
);
const node = process.execPath;
const compiler = `${root}node_modules/typescript/bin/tsc`;

let project: string;

/** Lays the packed files and the declared dependencies, and nothing else, into node_modules. */
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "podlane-protocol-"));
  const copy = join(project, "copy");
  cpSync(`${root}packages/protocol`, copy, { recursive: true });
  rmSync(join(copy, "dist"), { recursive: true, force: true });
  const build = ["-p", `${root}packages/protocol/tsconfig.build.json`];
  execFileSync(node, [compiler, ...build, "--outDir", join(copy, "dist")]);
  execFileSync("npm", ["pack", "--silent", "--pack-destination", project], { cwd: copy });
  const installed = join(project, "node_modules/@podlane/protocol");
  mkdirSync(installed, { recursive: true });
  const archive = join(project, "podlane-protocol-0.1.0.tgz");
  execFileSync("tar", ["-xzf", archive, "--strip-components=1", "-C", installed]);
  for (const name of Object.keys(manifest.dependencies)) {
    const target = join(project, "node_modules", name);
    mkdirSync(join(target, ".."), { recursive: true });
    symlinkSync(`${root}node_modules/${name}`, target);
  }
  rmSync(copy, { recursive: true });
  writeFileSync(join(project, "package.json"), '{ "type": "module" }');
});

afterAll(() => rmSync(project, { recursive: true }));

test.each(specifiers)("%s loads in plain Node", (specifier) => {
  const program = `console.log(Object.keys(await import("${specifier}")).join());`;
  const options = { cwd: project, encoding: "utf8" as const, env: {} };
  const { stdout, stderr } = spawnSync(node, ["--input-type=module", "-e", program], options);
  expect(stderr).toBe("");
  expect(stdout.trim()).not.toBe("");
});

test("the packed entry exports what the source exports", () => {
  const program = 'console.log(Object.keys(await import("@podlane/protocol")).join());';
  const options = { cwd: project, encoding: "utf8" as const, env: {} };
  const { stdout } = spawnSync(node, ["--input-type=module", "-e", program], options);
  expect(stdout.trim().split(",")).toEqual(Object.keys(source).toSorted());
});

test("its declarations compile under the strictest settings", () => {
  const imports = specifiers.map((specifier, n) => {
    return `import * as e${n} from "${specifier}";\nexport type E${n} = typeof e${n};`;
  });
  const misuse =
    'import { type ErrorCode } from "@podlane/protocol";\n' +
    'export const code: ErrorCode = "no such code";\n';
  writeFileSync(join(project, "good.ts"), imports.join("\n"));
  writeFileSync(join(project, "bad.ts"), misuse);
  const flags = [
    "--noEmit",
    "--strict",
    "--module",
    "nodenext",
    "--target",
    "es2024",
    "--types",
    "",
  ];
  const compile = (file: string) =>
    spawnSync(node, [compiler, ...flags, file], { cwd: project, encoding: "utf8" }).stdout;
  expect(compile("good.ts")).toBe("");
  expect(compile("bad.ts")).toContain("bad.ts(2,14): error TS2322");
});
