import { expect, test } from "vitest";
import { diffStat, diffText } from "../../src/workspace/diff.ts";
import { commitFiles, git, head, makeRepository, status, write } from "./fixture.ts";

test("from a commit to the worktree: committed, dirty and untracked, index untouched", async () => {
  const { path } = makeRepository({ "a.txt": "1\n2\n" });
  const base = head(path);
  commitFiles(path, { "b.txt": "b\n" }, "b");
  write(path, "a.txt", "1\n");
  write(path, "t\tü.txt", "t\n");
  write(path, "bin", Buffer.of(0, 1, 2));
  const before = status(path);
  const request = { worktree: path, base };
  expect(await diffStat(request)).toEqual([
    { path: "a.txt", addedLines: 0, deletedLines: 1 },
    { path: "b.txt", addedLines: 1, deletedLines: 0 },
    { path: "bin", addedLines: null, deletedLines: null },
    { path: "t\tü.txt", addedLines: 1, deletedLines: 0 },
  ]);
  const { text, truncated } = await diffText(request);
  expect(text).toContain("-2\n");
  expect(text).toContain("+++ b/b.txt\n");
  expect(truncated).toBe(false);
  expect(status(path)).toBe(before);
});

test("to a branch, whatever is dirty, without the person's diff settings", async () => {
  const { path } = makeRepository();
  git(path, "config", "diff.noprefix", "true");
  git(path, "config", "color.ui", "always");
  git(path, "checkout", "--quiet", "-b", "other");
  commitFiles(path, { "b.txt": "b\n" }, "b");
  write(path, "dirty.txt", "x\n");
  const { text } = await diffText({ worktree: path, base: "main", to: "other" });
  expect(text).toMatch(/^diff --git a\/b\.txt b\/b\.txt\n/);
  expect(text).not.toContain("dirty.txt");
});

test("text is cut at its bound, and set-up's paths are left out", async () => {
  const { path } = makeRepository();
  write(path, "big.txt", "0123456789\n".repeat(10_000));
  write(path, "vendor/x", "x\n");
  const request = { worktree: path, base: "HEAD", ignoring: ["vendor"] };
  const cut = await diffText({ ...request, maxBytes: 1_000 });
  expect([cut.text.length, cut.truncated]).toEqual([1_000, true]);
  expect((await diffStat(request)).map((file) => file.path)).toEqual(["big.txt"]);
});
