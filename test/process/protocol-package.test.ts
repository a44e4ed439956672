/**
 * @podlane/protocol stands alone: what `npm pack` makes of it installs into an otherwise empty
 * project and works there. The dependencies come from this workspace's node_modules as `file:`
 * copies and npm is offline, so the outcome depends on no registry and no cache; npm still checks
 * that each copy satisfies the range which the package declares.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as source from "../../packages/protocol/src/index.ts";
import { readText, root } from "../tidy/repository.ts";

interface Manifest {
  readonly version: string;
  readonly exports: Record<string, object>;
  readonly dependencies: Record<string, string>;
}

const manifest = JSON.parse(readText("packages/protocol/package.json")) as Manifest;
const specifiers = Object.keys(manifest.exports).map((key) =>
  key.replace(".", "@podlane/protocol"),
);
const node = process.execPath;
const compiler = `${root}node_modules/typescript/bin/tsc`;

/** For the Node entry's declarations only; a project that uses it has them. */
const nodeTypes = ["@types/node", "@types/ws", "undici-types"];

let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "podlane-protocol-"));
  const archive = packProtocol();
  const dependencies: Record<string, string> = { "@podlane/protocol": `file:${archive}` };
  for (const name of [...Object.keys(manifest.dependencies), ...nodeTypes]) {
    const copy = join(project, "copies", name);
    cpSync(`${root}node_modules/${name}`, copy, { recursive: true });
    dependencies[name] = `file:${copy}`;
  }
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module", dependencies }));
  const quietly = ["--no-audit", "--no-fund", "--ignore-scripts"];
  const options = { cwd: project, stdio: "pipe" } as const;
  execFileSync("npm", ["install", "--offline", "--install-links", ...quietly], options);
}, 120_000);

afterAll(() => rmSync(project, { recursive: true }));

/** Builds a copy, because other tests may be reading `dist`; answers the archive's path. */
function packProtocol(): string {
  const copy = join(project, "source");
  cpSync(`${root}packages/protocol`, copy, { recursive: true });
  rmSync(join(copy, "dist"), { recursive: true, force: true });
  const build = ["-p", `${root}packages/protocol/tsconfig.build.json`];
  execFileSync(node, [compiler, ...build, "--outDir", join(copy, "dist")]);
  execFileSync("npm", ["pack", "--silent", "--pack-destination", project], { cwd: copy });
  rmSync(copy, { recursive: true });
  return join(project, `podlane-protocol-${manifest.version}.tgz`);
}

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
}

function runProgram(program: string): Ran {
  const options = { cwd: project, encoding: "utf8", env: {}, timeout: 20_000 } as const;
  return spawnSync(node, ["--input-type=module", "-e", program], options);
}

test.each(specifiers)("%s loads in plain Node", (specifier) => {
  const program = `console.log(Object.keys(await import("${specifier}")).join());`;
  const { stdout, stderr } = runProgram(program);
  expect(stderr).toBe("");
  expect(stdout.trim()).not.toBe("");
});

test("the packed entry exports what the source exports", () => {
  const program = 'console.log(Object.keys(await import("@podlane/protocol")).join());';
  const { stdout } = runProgram(program);
  expect(stdout.trim().split(",")).toEqual(Object.keys(source).toSorted());
});

test("a program uses both entries to call a pod over a socket", () => {
  const { stdout, stderr } = runProgram(`
    import { acceptPeer, accepted, podMethods } from "@podlane/protocol";
    import { dial, listenSocket } from "@podlane/protocol/node";
    const table = { read_output: podMethods.read_output };
    const path = "pod.sock";
    const listener = await listenSocket({ path, onConnection: (transport) =>
      acceptPeer(transport, {
        authenticate: ({ role, name }) => accepted({ role, name }),
        welcome: { name: "pod", version: "0" },
        serves: table, calls: {},
        handlers: { read_output: ({ cursor }) =>
          accepted({ text: "hello", nextCursor: cursor + 5, end: true }) },
      }) });
    const hello = { role: "client", token: "", name: "program", version: "0" };
    const options = { socket: path, hello, serves: {}, handlers: {}, calls: table };
    const { value: { peer } } = await dial(options);
    console.log(JSON.stringify(await peer.request("read_output", { cursor: 2 })));
    peer.close();
    await listener.value.close();
  `);
  expect(stderr).toBe("");
  const value = { text: "hello", nextCursor: 7, end: true };
  expect(JSON.parse(stdout)).toEqual({ ok: true, value });
});

test.each(["schema", "vectors"])("the package carries %s whole", (folder) => {
  const packed = join(project, "node_modules/@podlane/protocol", folder);
  const own = `${root}packages/protocol/${folder}`;
  expect(readdirSync(packed)).toEqual(readdirSync(own));
  for (const name of readdirSync(own)) {
    expect(readFileSync(join(packed, name)).equals(readFileSync(join(own, name)))).toBe(true);
  }
});

const strictly = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024"];

function compile(file: string, ...types: readonly string[]): string {
  const flags = [compiler, ...strictly, "--types", types.join(), file];
  return spawnSync(node, flags, { cwd: project, encoding: "utf8" }).stdout;
}

test("its declarations compile, and refuse what is not in them", () => {
  const whole = (specifier: string) =>
    `import * as all from "${specifier}";\nexport type All = typeof all;\n`;
  const misuse =
    'import { type ErrorCode } from "@podlane/protocol";\n' +
    'export const code: ErrorCode = "no such code";\n';
  writeFileSync(join(project, "any-runtime.ts"), whole("@podlane/protocol"));
  writeFileSync(join(project, "node.ts"), whole("@podlane/protocol/node"));
  writeFileSync(join(project, "bad.ts"), misuse);
  expect(compile("any-runtime.ts")).toBe("");
  expect(compile("node.ts", "node")).toBe("");
  expect(compile("bad.ts")).toContain("bad.ts(2,14): error TS2322");
});
