import { execFileSync } from "node:child_process";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { accepted } from "@podlane/protocol";
import { describe, expect, it } from "vitest";
import { openParent } from "../../src/tools/directory-walk.ts";
import { readWhole, replaceFile } from "../../src/tools/file-access.ts";
import { gatePath } from "../../src/tools/path.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

const files = { "src/a/in.txt": "in\n", "src/ab/near.txt": "near\n", "top.txt": "top\n" };

/** Every trap that must not be written through by a pod that was lent `src/a`. */
const traps: Readonly<Record<string, (workspace: Workspace) => string>> = {
  "an absolute path outside": ({ outside }) => join(outside, "x.txt"),
  "an absolute path in the worktree, out of scope": ({ root }) => join(root, "top.txt"),
  "climbing out by ..": () => "src/a/../../../outside/x.txt",
  "climbing out of the scope by ..": () => "src/a/../../top.txt",
  "a name that only starts like the scope": () => "src/ab/near.txt",
  "a folder link to outside": (workspace) => {
    symlinkSync(workspace.outside, join(workspace.root, "src/a/out"));
    return "src/a/out/x.txt";
  },
  "a file link to outside": (workspace) => {
    writeFileSync(join(workspace.outside, "x.txt"), "outside\n");
    symlinkSync(join(workspace.outside, "x.txt"), join(workspace.root, "src/a/x.txt"));
    return "src/a/x.txt";
  },
  "a dangling link to outside": (workspace) => {
    symlinkSync(join(workspace.outside, "new.txt"), join(workspace.root, "src/a/x.txt"));
    return "src/a/x.txt";
  },
  "a relative link that climbs out": (workspace) => {
    symlinkSync("../../../outside/x.txt", join(workspace.root, "src/a/x.txt"));
    return "src/a/x.txt";
  },
  "a link out of the scope inside the worktree": (workspace) => {
    symlinkSync("../../top.txt", join(workspace.root, "src/a/x.txt"));
    return "src/a/x.txt";
  },
  "a chain of links": (workspace) => {
    symlinkSync("second", join(workspace.root, "src/a/first"));
    symlinkSync("../..", join(workspace.root, "src/a/second"));
    return "src/a/first/top.txt";
  },
  "a hard link": (workspace) => {
    linkSync(join(workspace.root, "top.txt"), join(workspace.root, "src/a/hard.txt"));
    return "src/a/hard.txt";
  },
  "a hard link to outside": (workspace) => {
    writeFileSync(join(workspace.outside, "x.txt"), "outside\n");
    linkSync(join(workspace.outside, "x.txt"), join(workspace.root, "src/a/hard.txt"));
    return "src/a/hard.txt";
  },
  ".git": () => ".git/hooks/pre-commit",
  ".GIT in another case": () => "src/a/.GiT/config",
  "a link to .git": (workspace) => {
    symlinkSync("../../.git", join(workspace.root, "src/a/repository"));
    return "src/a/repository/config";
  },
};

describe("a pod that was lent src/a writes nothing through", () => {
  it.each(Object.entries(traps))("%s", async (_name, setTrap) => {
    using workspace = createWorkspace({ writable: ["src/a"], files });
    const path = setTrap(workspace);
    const before = fingerprint(workspace);
    const result = await workspace.call("write_file", { path, content: "written\n" });
    expect(result).toMatchObject({ ok: false, code: "out_of_scope", artifacts: [] });
    expect(fingerprint(workspace)).toBe(before);
  });

  it("is refused before a claim is asked for", async () => {
    using workspace = createWorkspace({ writable: ["src/a"], files });
    await workspace.call("write_file", { path: "top.txt", content: "x" });
    expect(workspace.claimed).toEqual([]);
  });
});

describe("the gate", () => {
  it("gives one canonical path for every spelling of a file", async () => {
    using workspace = createWorkspace({ files });
    symlinkSync("a", join(workspace.root, "src/alias"));
    const spellings = ["src/a/in.txt", "./src//a/x/../in.txt", "src/alias/in.txt"];
    for (const spelling of [...spellings, join(workspace.root, "src/a/in.txt")]) {
      const gated = await gatePath(workspace.root, spelling);
      expect(gated).toMatchObject({ ok: true, value: { path: "src/a/in.txt" } });
    }
  });

  it("takes an absolute path through another name of the worktree", async () => {
    using workspace = createWorkspace({ files });
    symlinkSync(workspace.root, join(workspace.outside, "name"));
    const gated = await gatePath(workspace.root, join(workspace.outside, "name/top.txt"));
    expect(gated).toMatchObject({ ok: true, value: { path: "top.txt" } });
  });

  it.each(["a\0b", "/a\0b", "C:/x", "a\\b"])("refuses the path %j", async (path) => {
    using workspace = createWorkspace({ files });
    expect((await gatePath(workspace.root, path)).ok).toBe(false);
  });

  it("refuses circular links", async () => {
    using workspace = createWorkspace({ files });
    symlinkSync("two", join(workspace.root, "one"));
    symlinkSync("one", join(workspace.root, "two"));
    const gated = await gatePath(workspace.root, "one");
    expect(gated).toMatchObject({ ok: false, error: { code: "invalid_request" } });
  });

  it("writes through a link to a writable file, and keeps the link", async () => {
    using workspace = createWorkspace({ files });
    symlinkSync("in.txt", join(workspace.root, "src/a/link.txt"));
    const result = await workspace.call("write_file", { path: "src/a/link.txt", content: "new\n" });
    expect(result).toMatchObject({ ok: true });
    expect(workspace.read("src/a/in.txt")).toBe("new\n");
    expect(workspace.claimed).toEqual([["file:src/a/in.txt"]]);
  });
});

describe("between the gate and the disk", () => {
  it("does not follow a folder that was swapped for a link", async () => {
    using workspace = createWorkspace({ files });
    renameSync(join(workspace.root, "src/a"), join(workspace.root, "moved"));
    symlinkSync(workspace.outside, join(workspace.root, "src/a"));
    const written = await replaceFile(workspace.root, "src/a/x.txt", state("x"));
    expect(written).toMatchObject({ ok: false, error: { code: "conflict" } });
    expect(existsSync(join(workspace.outside, "x.txt"))).toBe(false);
  });

  it("does not read a file that was swapped for a link", async () => {
    using workspace = createWorkspace({ files });
    writeFileSync(join(workspace.outside, "secret"), "secret");
    symlinkSync(join(workspace.outside, "secret"), join(workspace.root, "x.txt"));
    const read = await readWhole(workspace.root, "x.txt");
    expect(read).toMatchObject({ ok: false, error: { code: "conflict" } });
  });

  it("replaces a link that took the file's place, and not what it leads to", async () => {
    using workspace = createWorkspace({ files });
    writeFileSync(join(workspace.outside, "x.txt"), "outside");
    symlinkSync(join(workspace.outside, "x.txt"), join(workspace.root, "x.txt"));
    expect(await replaceFile(workspace.root, "x.txt", state("new"))).toEqual(accepted(undefined));
    expect(readFileSync(join(workspace.outside, "x.txt"), "utf8")).toBe("outside");
  });

  it.runIf(process.platform === "linux")("keeps to a folder that was renamed away", async () => {
    using workspace = createWorkspace({ files });
    const opened = await openParent(workspace.root, "src/a/x.txt", false);
    if (!opened.ok) throw new Error(opened.error.message);
    await using parent = opened.value;
    renameSync(join(workspace.root, "src/a"), join(workspace.root, "moved"));
    symlinkSync(workspace.outside, join(workspace.root, "src/a"));
    writeFileSync(parent.entry("x.txt"), "x");
    expect(workspace.read("moved/x.txt")).toBe("x");
  });
});

describe("what is no regular file", () => {
  it.each(["read_file", "write_file"])("%s refuses a folder", async (tool) => {
    using workspace = createWorkspace({ files });
    const result = await workspace.call(tool, { path: "src", content: "x" });
    expect(result).toMatchObject({ ok: false, code: "invalid_request" });
  });

  it.each(["read_file", "write_file"])("%s refuses a FIFO, and does not hang", async (tool) => {
    using workspace = createWorkspace({ files });
    execFileSync("mkfifo", [join(workspace.root, "pipe")]);
    const result = await workspace.call(tool, { path: "pipe", content: "x" });
    expect(result).toMatchObject({ ok: false, code: "invalid_request" });
  });

  it("refuses a device outside, and a file used as a folder", async () => {
    using workspace = createWorkspace({ files });
    expect(await workspace.call("read_file", { path: "/dev/zero" })).toMatchObject({
      code: "out_of_scope",
    });
    mkdirSync(join(workspace.root, "empty"));
    const under = await workspace.call("write_file", { path: "top.txt/x", content: "x" });
    expect(under).toMatchObject({ ok: false, code: "conflict" });
  });
});

function state(text: string) {
  return { bytes: Buffer.from(text), mode: 0o644 };
}

/** All files of both folders with their contents, links as links. */
function fingerprint({ root, outside }: Workspace): string {
  const script = 'find "$@" -name .git -prune -o -type f -print -exec cat {} + -o -type l -ls';
  return execFileSync("sh", ["-c", script, "sh", root, outside], { encoding: "utf8" });
}
