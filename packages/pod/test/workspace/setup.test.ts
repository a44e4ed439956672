import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { listDirty } from "../../src/workspace/dirty.ts";
import { gitIn } from "../../src/workspace/git/git.ts";
import { applySetup, setupPaths } from "../../src/workspace/setup.ts";
import { makeRepository, makeWorktree, refusalOf, status, valueOf, write } from "./fixture.ts";

async function workspaceOf(files: Record<string, string>) {
  const fixture = makeRepository(files);
  const { path: workspace } = await makeWorktree(fixture, "agent/t/1");
  const apply = (setup: { run?: string; link?: string[]; copy?: string[] }) =>
    applySetup({
      setup: { link: [], copy: [], ...setup },
      checkout: fixture.path,
      workspace,
      outputPath: join(fixture.state, "setup.log"),
    });
  return { checkout: fixture.path, root: fixture.root, workspace, apply };
}

describe("link", () => {
  test("a folder is one link, absent ones are left out, and it is no one's work", async () => {
    const { checkout, workspace, apply } = await workspaceOf({ "a.txt": "a\n" });
    write(checkout, "vendor/lib.js", "lib\n");
    const made = valueOf(await apply({ link: ["vendor/", "absent"] }));
    expect(made.linked).toEqual(["vendor/"]);
    expect(readFileSync(join(workspace, "vendor/lib.js"), "utf8")).toBe("lib\n");
    expect(lstatSync(join(workspace, "vendor")).isSymbolicLink()).toBe(true);
    const paths = setupPaths({ link: ["vendor/"], copy: [] });
    expect(await listDirty(gitIn(workspace), paths)).toEqual([]);
  });

  test("node_modules: ignored, one link a package, sources of this workspace", async () => {
    const { checkout, workspace, apply } = await workspaceOf({
      ".gitignore": "node_modules/\n",
      "packages/own/index.js": "own\n",
    });
    write(checkout, "node_modules/zod/index.js", "zod\n");
    write(checkout, "node_modules/@scope/one/index.js", "one\n");
    write(checkout, "node_modules/.cache/x", "x\n");
    mkdirSync(join(checkout, "node_modules/.bin"));
    symlinkSync("../zod/index.js", join(checkout, "node_modules/.bin/zod"));
    symlinkSync("../../packages/own", join(checkout, "node_modules/@scope/own"));
    valueOf(await apply({ link: ["node_modules"] }));
    write(workspace, "packages/own/index.js", "changed here\n");
    const read = (path: string) => readFileSync(join(workspace, "node_modules", path), "utf8");
    expect(["zod/index.js", ".bin/zod", "@scope/one/index.js"].map(read)).toEqual([
      "zod\n",
      "zod\n",
      "one\n",
    ]);
    expect(read("@scope/own/index.js")).toBe("changed here\n");
    expect(existsSync(join(workspace, "node_modules/.cache"))).toBe(false);
    expect(status(workspace)).toBe(" M packages/own/index.js");
  });
});

describe("copy", () => {
  test("never replaces what is there", async () => {
    const { checkout, workspace, apply } = await workspaceOf({ "here.txt": "committed\n" });
    write(checkout, "here.txt", "dirty\n");
    write(checkout, "conf/.env", "SECRET=1\n");
    expect(valueOf(await apply({ copy: ["here.txt", "conf/.env"] })).copied).toEqual(["conf/.env"]);
    expect(readFileSync(join(workspace, "here.txt"), "utf8")).toBe("committed\n");
    expect(readFileSync(join(workspace, "conf/.env"), "utf8")).toBe("SECRET=1\n");
  });

  test.each(["../x", "/etc/passwd", ".git/config", ".", "a/../../x", "out/x"])(
    "%s leaves the workspace and is refused",
    async (name) => {
      const { root, checkout, workspace, apply } = await workspaceOf({ "a.txt": "a\n" });
      write(checkout, "out/x", "x\n");
      mkdirSync(join(root, "outside"));
      symlinkSync(join(root, "outside"), join(workspace, "out"));
      expect(refusalOf(await apply({ copy: [name] })).code).toBe("invalid_request");
      expect(refusalOf(await apply({ link: [name] })).code).toBe("invalid_request");
      expect(existsSync(join(root, "outside/x"))).toBe(false);
    },
  );
});

describe("run", () => {
  const install = "mkdir -p node_modules/made && echo x >> node_modules/made/log";

  test("is replaced by links while the lock files are the checkout's", async () => {
    const { checkout, workspace, apply } = await workspaceOf({ "package-lock.json": "1\n" });
    write(checkout, "node_modules/zod/index.js", "zod\n");
    const made = valueOf(await apply({ run: install, link: ["node_modules"] }));
    expect(made).toMatchObject({ linked: ["node_modules"], run: null });
    expect(existsSync(join(workspace, "node_modules/made"))).toBe(false);
  });

  test.each([
    ["the lock files differ", "2\n", true],
    ["the checkout has nothing to link", "1\n", false],
  ])("runs when %s, once, and touches only the workspace", async (_, lock, installed) => {
    const { checkout, workspace, apply } = await workspaceOf({ "package-lock.json": "1\n" });
    write(checkout, "package-lock.json", lock);
    if (installed) write(checkout, "node_modules/zod/index.js", "zod\n");
    const setup = { run: install, link: ["node_modules"] };
    expect(valueOf(await apply(setup))).toMatchObject({ linked: [], run: { passed: true } });
    expect(valueOf(await apply(setup)).run).toBeNull();
    expect(readFileSync(join(workspace, "node_modules/made/log"), "utf8")).toBe("x\n");
    expect(existsSync(join(checkout, "node_modules/made"))).toBe(false);
  });

  test("a failure says how and with what last output, and is tried again", async () => {
    const { apply } = await workspaceOf({ "a.txt": "a\n" });
    const refusal = refusalOf(await apply({ run: "echo no such package >&2; exit 3" }));
    expect(refusal).toMatchObject({ code: "unavailable", data: { reason: "setup_failed" } });
    expect(refusal.message).toMatch(/exit 3.*no such package/s);
    expect((await apply({ run: "true" })).ok).toBe(true);
  });
});
