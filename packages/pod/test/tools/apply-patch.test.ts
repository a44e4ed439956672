import { chmodSync, existsSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { accepted, refused } from "@podlane/protocol";
import { describe, expect, it } from "vitest";
import { createWorkspace, type Workspace } from "./workspace.ts";
import { verifies } from "../../../../test/requirements.ts";

const files = { "a.txt": "one\ntwo\nthree\n", "b.txt": "uno\n", "src/c.txt": "c\n" };

const changeA = `--- a/a.txt
+++ b/a.txt
@@ -1,3 +1,3 @@
 one
-two
+TWO
 three
`;

const good: readonly [string, string, Readonly<Record<string, string | null>>][] = [
  ["changes a file", changeA, { "a.txt": "one\nTWO\nthree\n" }],
  [
    "takes the git form",
    `diff --git a/a.txt b/a.txt\n${changeA}`,
    { "a.txt": "one\nTWO\nthree\n" },
  ],
  [
    "creates a file in a new folder",
    "--- /dev/null\n+++ b/new/deep/x.txt\n@@ -0,0 +1,2 @@\n+x\n+y\n",
    { "new/deep/x.txt": "x\ny\n" },
  ],
  ["deletes a file", "--- a/b.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-uno\n", { "b.txt": null }],
  [
    "renames without a change",
    "diff --git a/b.txt b/src/d.txt\nsimilarity index 100%\n" +
      "rename from b.txt\nrename to src/d.txt\n",
    { "b.txt": null, "src/d.txt": "uno\n" },
  ],
  [
    "renames with a change",
    "diff --git a/b.txt b/d.txt\nrename from b.txt\nrename to d.txt\n" +
      "--- a/b.txt\n+++ b/d.txt\n@@ -1 +1 @@\n-uno\n+dos\n",
    { "b.txt": null, "d.txt": "dos\n" },
  ],
  [
    "changes many files at once",
    `${changeA}--- a/b.txt\n+++ b/b.txt\n@@ -1 +1,2 @@\n uno\n+dos\n`,
    { "a.txt": "one\nTWO\nthree\n", "b.txt": "uno\ndos\n" },
  ],
  [
    "keeps a missing newline at the end",
    "--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-uno\n+dos\n\\ No newline at end of file\n",
    { "b.txt": "dos" },
  ],
];

const bad: readonly [string, string, string][] = [
  ["prose", "please change a.txt", "invalid_request"],
  ["nothing but blank lines", "\n\n", "invalid_request"],
  ["context that does not match", changeA.replace(" one", " eins"), "conflict"],
  ["a wrong line count", changeA.replace("-1,3 +1,3", "-1,4 +1,4"), "invalid_request"],
  ["a file that is not there", changeA.replaceAll("a.txt", "z.txt"), "not_found"],
  ["a new file that is there", "--- /dev/null\n+++ b/b.txt\n@@ -0,0 +1 @@\n+x\n", "conflict"],
  ["a deletion that leaves lines", "--- a/a.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n", "conflict"],
  ["a file named twice", changeA + changeA, "invalid_request"],
  ["two names of one file", changeA + changeA.replaceAll("a.txt", "./a.txt"), "invalid_request"],
  ["no file names", "@@ -1 +1 @@\n-one\n+two\n", "invalid_request"],
  [
    "a rename onto a file",
    "diff --git a/b.txt b/a.txt\nrename from b.txt\nrename to a.txt\n",
    "conflict",
  ],
  [
    "a symbolic link",
    "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc\n",
    "unsupported",
  ],
  ["a binary patch", "diff --git a/x b/x\nBinary files a/x and b/x differ\n", "unsupported"],
  ["a path that climbs out", changeA.replaceAll("a.txt", "../a.txt"), "out_of_scope"],
  ["an absolute path", "--- /etc/passwd\n+++ /etc/passwd\n@@ -1 +1 @@\n-x\n+y\n", "out_of_scope"],
  ["a path of git", changeA.replaceAll("a.txt", ".git/config"), "out_of_scope"],
  ["one bad file among good ones", `${changeA}${changeA.replaceAll("a.txt", "b.txt")}`, "conflict"],
];

describe("a good patch", () => {
  it.each(good)(
    `${verifies("R112", "R115", "R119", "R121", "R125")}%s`,
    async (_name, patch, expected) => {
      using workspace = createWorkspace({ files });
      const result = await workspace.call("apply_patch", { patch });
      expect(result).toMatchObject({ ok: true, artifacts: [{ kind: "diff" }] });
      for (const [path, content] of Object.entries(expected)) {
        expect(readOrNull(workspace, path)).toBe(content);
      }
      const touched = Object.keys(expected).toSorted();
      expect(workspace.touched.flatMap(({ paths }) => paths).toSorted()).toEqual(touched);
      expect(workspace.claimed.flat().toSorted()).toEqual(touched.map((path) => `file:${path}`));
    },
  );

  it("keeps the mode of a file, and sets one it names", async () => {
    using workspace = createWorkspace({ files });
    chmodSync(join(workspace.root, "a.txt"), 0o755);
    const mode = () => statSync(join(workspace.root, "a.txt")).mode & 0o777;
    await workspace.call("apply_patch", { patch: changeA });
    expect(mode()).toBe(0o755);
    const patch = "diff --git a/a.txt b/a.txt\nold mode 100755\nnew mode 100644\n";
    const result = await workspace.call("apply_patch", { patch });
    expect(result).toMatchObject({ ok: true });
    expect(mode()).toBe(0o644);
  });

  it(`${verifies("R119")}reads its own diffs back: what was created is deleted again`, async () => {
    using workspace = createWorkspace({ files });
    const written = await workspace.call("write_file", { path: "n.txt", content: "x\ny" });
    const diff = written.text.slice(written.text.indexOf("diff --git"));
    await workspace.call("run_command", { command: "rm n.txt" });
    expect(await workspace.call("apply_patch", { patch: diff })).toMatchObject({ ok: true });
    expect(workspace.read("n.txt")).toBe("x\ny");
  });
});

describe("a bad patch changes nothing", () => {
  it.each(bad)("%s", async (_name, patch, code) => {
    using workspace = createWorkspace({ files });
    const result = await workspace.call("apply_patch", { patch });
    expect(result).toMatchObject({ ok: false, code, artifacts: [] });
    for (const [path, content] of Object.entries(files)) {
      expect(workspace.read(path)).toBe(content);
    }
    expect(workspace.touched).toEqual([]);
  });

  it("out of scope in one of its files", async () => {
    using workspace = createWorkspace({ files, writable: ["a.txt"] });
    const patch = `${changeA}--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-uno\n+dos\n`;
    const result = await workspace.call("apply_patch", { patch });
    expect(result).toMatchObject({ ok: false, code: "out_of_scope" });
    expect(workspace.read("a.txt")).toBe(files["a.txt"]);
    expect(workspace.claimed).toEqual([]);
  });

  it("when the disk refuses a later file, the earlier ones are restored", async () => {
    using workspace = createWorkspace({ files });
    const patch = `${changeA}${creationOf("n")}${creationOf("n/x")}`;
    const result = await workspace.call("apply_patch", { patch });
    expect(result).toMatchObject({ ok: false, code: "conflict" });
    expect(workspace.read("a.txt")).toBe(files["a.txt"]);
    expect(existsSync(join(workspace.root, "n"))).toBe(false);
    expect(workspace.touched).toEqual([]);
  });
});

describe("claims and leases", () => {
  it(
    verifies("R82", "R89") + "a refused claim is the tool's answer, and nothing is written",
    async () => {
      const answer = refused("deadlock", "a waits for b, b for a");
      using workspace = createWorkspace({ files, ensureClaims: () => answer });
      const result = await workspace.call("apply_patch", { patch: changeA });
      expect(result).toMatchObject({ ok: false, code: "deadlock", text: "a waits for b, b for a" });
      expect(workspace.read("a.txt")).toBe(files["a.txt"]);
    },
  );

  it("a scope that was lent while the claim was waited for stops the write", async () => {
    const writable = [""];
    const ensureClaims = () => {
      writable.pop();
      return accepted(undefined);
    };
    using workspace = createWorkspace({ files, writable, ensureClaims });
    const result = await workspace.call("apply_patch", { patch: changeA });
    expect(result).toMatchObject({ ok: false, code: "out_of_scope" });
    expect(workspace.read("a.txt")).toBe(files["a.txt"]);
  });

  it(`${verifies("R241")}a lease that has run out stops the write at the last moment`, async () => {
    const answer = refused("stale_token", "the claim on a.txt has run out");
    using workspace = createWorkspace({ files, confirmLeases: () => answer });
    const result = await workspace.call("apply_patch", { patch: changeA });
    expect(result).toMatchObject({ ok: false, code: "stale_token" });
    expect(workspace.read("a.txt")).toBe(files["a.txt"]);
  });

  it("names one file once, whatever link it is reached through", async () => {
    using workspace = createWorkspace({ files });
    symlinkSync("src", join(workspace.root, "alias"));
    const patch = ["src/c.txt", "alias/c.txt"]
      .map((path) => `--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-c\n+d\n`)
      .join("");
    const result = await workspace.call("apply_patch", { patch });
    expect(result).toMatchObject({ ok: false, code: "invalid_request" });
  });
});

function creationOf(path: string): string {
  return `--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+x\n`;
}

function readOrNull(workspace: Workspace, path: string): string | null {
  return existsSync(join(workspace.root, path)) ? workspace.read(path) : null;
}
