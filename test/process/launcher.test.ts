/** packages/cli/bin/pod.js: starts what is built, or says what to do on an old Node or no build. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { root } from "../tidy/repository.ts";

const oldNodeMessage = (version: string) =>
  `podlane needs Node 24 or newer, this is ${version}.\n` +
  "Install it from nodejs.org, or run `npm install node@24` and start pod through npx.\n";

let folder: string;
let launcher: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "podlane-launcher-"));
  cpSync(`${root}packages/cli/bin`, join(folder, "bin"), { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  launcher = join(folder, "bin/pod.js");
});

afterEach(() => rmSync(folder, { recursive: true }));

function run(node: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(node, args, { encoding: "utf8", env: {} });
  return { status, stdout, stderr };
}

function build(program: string): void {
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "dist/pod.js"), program);
}

/** The first Node on the PATH, or where systems keep theirs, that is older than 24. */
function findOldNode(): { path: string; version: string } | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return [...folders, "/usr/bin", "/usr/local/bin"]
    .map((entry) => join(entry, "node"))
    .filter((path) => existsSync(path))
    .map((path) => ({ path, version: execFileSync(path, ["-v"], { encoding: "utf8" }).trim() }))
    .find(({ version }) => Number(version.slice(1).split(".")[0]) < 24);
}

test("it starts the built program with its arguments", () => {
  build('console.log(process.argv.slice(2).join("|"));');
  const result = run(process.execPath, [launcher, "ps", "--json"]);
  expect(result).toEqual({ status: 0, stdout: "ps|--json\n", stderr: "" });
});

test("a program that fails to load ends with 70 and says why", () => {
  build('throw new Error("no such luck");');
  const result = run(process.execPath, [launcher]);
  expect(result).toMatchObject({ status: 70, stderr: expect.stringContaining("no such luck") });
});

test("without a build it says how to build", () => {
  const { status, stderr } = run(process.execPath, [launcher]);
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr:
      `pod is not built: ${join(folder, "dist/pod.js")} does not exist.\n` +
      "Run `npm run build` in the repository.\n",
  });
});

test("a Node that calls itself old gets the message, and nothing newer is parsed", () => {
  build('console.log("started");');
  writeFileSync(join(folder, "bin/start.js"), "this does not parse");
  const pretend = join(folder, "pretend.cjs");
  writeFileSync(pretend, 'Object.defineProperty(process, "version", { value: "v8.17.0" });');
  const result = run(process.execPath, ["--require", pretend, launcher]);
  expect(result).toEqual({ status: 1, stdout: "", stderr: oldNodeMessage("v8.17.0") });
});

test("a really old Node gets the message", (context) => {
  const old = findOldNode();
  if (old === undefined) return context.skip("every Node on the PATH is 24 or newer");
  build('console.log("started");');
  const result = run(old.path, [launcher]);
  expect(result).toEqual({ status: 1, stdout: "", stderr: oldNodeMessage(old.version) });
});
