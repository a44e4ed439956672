import { describe, expect, it } from "vitest";
import { createWorkspace } from "./workspace.ts";
import { verifies } from "../../../../test/requirements.ts";

const files = {
  ".gitignore": "ignored/\n",
  "src/a.txt": "one\ntwo\nthree\n",
  "src/deep/b.txt": "Two here\nand (two)\n",
  "top.txt": "nothing\n",
};

describe("read_file", () => {
  it(`${verifies("R119")}reads whole files and ranges of lines`, async () => {
    using workspace = createWorkspace({ files });
    const whole = await workspace.call("read_file", { path: "src/a.txt" });
    expect(whole).toMatchObject({ ok: true, text: "one\ntwo\nthree" });
    expect(whole.content).toMatchObject({ total_lines: 3, truncated: false });
    const part = await workspace.call("read_file", { path: "src/a.txt", from_line: 2, to_line: 2 });
    expect(part).toMatchObject({ text: "two", content: { from_line: 2, to_line: 2 } });
    expect(workspace.touched[0]).toEqual({ access: "read", paths: ["src/a.txt"] });
  });

  it("cuts what is long, and says where to go on", async () => {
    using workspace = createWorkspace({ files });
    workspace.write("long.txt", "0123456789\n".repeat(10_000));
    const page = await workspace.call("read_file", { path: "long.txt" });
    expect(page.content).toMatchObject({ truncated: true, total_lines: 10_000, to_line: 2_978 });
    expect(page.text.length).toBeLessThanOrEqual(32 * 1024);
  });

  it.each([
    ["binary content", Buffer.from([0xff, 0xfe, 0]), "unsupported"],
    ["text with NUL", "a\0b", "unsupported"],
    ["more than its bound", Buffer.alloc(4 * 1024 * 1024 + 1, "x"), "too_large"],
  ])("refuses %s", async (_name, content, code) => {
    using workspace = createWorkspace({ files });
    workspace.write("x", content);
    expect(await workspace.call("read_file", { path: "x" })).toMatchObject({ ok: false, code });
  });

  it("refuses what is missing, and what the scope hides", async () => {
    using workspace = createWorkspace({ files, hidden: ["src/deep"] });
    expect(await workspace.call("read_file", { path: "no" })).toMatchObject({ code: "not_found" });
    const hidden = await workspace.call("read_file", { path: "src/deep/b.txt" });
    expect(hidden).toMatchObject({ ok: false, code: "out_of_scope" });
  });
});

describe("list_files", () => {
  it("lists new and tracked files, none ignored and none hidden", async () => {
    using workspace = createWorkspace({ files, hidden: ["top.txt"] });
    workspace.write("src/new.txt", "");
    workspace.write("ignored/x", "");
    const result = await workspace.call("list_files", {});
    expect(result.content).toMatchObject({
      entries: [".gitignore", "src/a.txt", "src/deep/b.txt", "src/new.txt"],
      truncated: false,
    });
  });

  it("lists one level of a folder, within a limit", async () => {
    using workspace = createWorkspace({ files });
    const level = await workspace.call("list_files", { path: "src", recursive: false });
    expect(level.text).toBe("src/a.txt\nsrc/deep/");
    const first = await workspace.call("list_files", { path: "src", limit: 1 });
    expect(first).toMatchObject({ text: "src/a.txt\n… 1 more", content: { truncated: true } });
  });
});

describe("search_files", () => {
  it("finds plain text with its special characters", async () => {
    using workspace = createWorkspace({ files });
    const result = await workspace.call("search_files", { pattern: "(two)" });
    expect(result.text).toBe("src/deep/b.txt:2: and (two)");
  });

  it("finds by regular expression, in any case, beneath a path", async () => {
    using workspace = createWorkspace({ files });
    const params = { pattern: "^two", regex: true, case_sensitive: false, path: "src" };
    const result = await workspace.call("search_files", params);
    expect(result.text).toBe("src/a.txt:2: two\nsrc/deep/b.txt:1: Two here");
  });

  it("stops at its limit, and says so", async () => {
    using workspace = createWorkspace({ files });
    const result = await workspace.call("search_files", { pattern: "o", limit: 2 });
    expect(result.content).toMatchObject({ truncated: true });
    expect(result.text.split("\n")).toHaveLength(3);
  });

  it("cuts off an expression that backtracks without end", async () => {
    using workspace = createWorkspace({ files });
    workspace.write("trap.txt", `${"a".repeat(64)}!`);
    const result = await workspace.call("search_files", { pattern: "^(a+)+$", regex: true });
    expect(result).toMatchObject({ ok: false, code: "timeout" });
  });

  it("refuses a broken expression, and passes over binary files", async () => {
    using workspace = createWorkspace({ files });
    workspace.write("x.bin", Buffer.from("two\0"));
    const broken = await workspace.call("search_files", { pattern: "(", regex: true });
    expect(broken).toMatchObject({ ok: false, code: "invalid_request" });
    const found = await workspace.call("search_files", { pattern: "two\0" });
    expect(found.text).toBe("no matches");
  });
});
