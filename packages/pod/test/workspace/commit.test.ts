import { chmodSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commitDirty, type CommitDirty } from "../../src/workspace/commit.ts";
import { gitIn } from "../../src/workspace/git/git.ts";
import {
  findCommitByTrailer,
  renderMessage,
  trailerKeys,
} from "../../src/workspace/git/trailers.ts";
import {
  commitFiles,
  git,
  head,
  makeRepository,
  refusalOf,
  status,
  valueOf,
  write,
} from "./fixture.ts";

function commitAll(worktree: string, more: Partial<CommitDirty> = {}) {
  return commitDirty({ worktree, message: "turn", scopeFilter: () => true, ...more });
}

const inSource = (path: string) => path.startsWith("src/");

describe("commitDirty", () => {
  test("commits what is in scope and reports the rest, which stays as it is", async () => {
    const { path } = makeRepository({
      "src/keep.txt": "1\n",
      "src/gone.txt": "2\n",
      "src/moved.txt": "3\n",
      "src/run.sh": "4\n",
      "out.txt": "5\n",
      ".gitignore": "*.log\n",
    });
    write(path, "src/keep.txt", "changed\n");
    rmSync(join(path, "src/gone.txt"));
    git(path, "mv", "src/moved.txt", "src/renamed.txt");
    chmodSync(join(path, "src/run.sh"), 0o755);
    write(path, "src/new ü\n.txt", "new\n");
    write(path, "src/debug.log", "ignored\n");
    write(path, "out.txt", "outside\n");
    write(path, "stray.txt", "outside\n");
    const made = valueOf(await commitAll(path, { scopeFilter: inSource }));
    expect(made.commit).toBe(head(path));
    expect(made.left.toSorted()).toEqual(["out.txt", "stray.txt"]);
    expect(status(path)).toBe(" M out.txt\n?? stray.txt");
    const listed = git(path, "ls-tree", "-r", "-z", "--name-only", "HEAD", "src/").split("\0");
    expect(listed.slice(0, -1).toSorted()).toEqual(
      ["src/keep.txt", "src/new ü\n.txt", "src/renamed.txt", "src/run.sh"].toSorted(),
    );
    expect(git(path, "ls-tree", "HEAD", "src/run.sh")).toMatch(/^100755/);
  });

  test("makes no commit of nothing", async () => {
    const { path } = makeRepository();
    const before = head(path);
    write(path, "stray.txt", "x\n");
    const made = valueOf(await commitAll(path, { scopeFilter: inSource }));
    expect(made).toEqual({ commit: null, head: before, files: [], left: ["stray.txt"] });
  });

  test("takes what is on disk, whatever was staged", async () => {
    const { path } = makeRepository({ "a.txt": "1\n", "b.txt": "1\n" });
    write(path, "a.txt", "staged\n");
    git(path, "add", "a.txt");
    write(path, "a.txt", "final\n");
    git(path, "rm", "--quiet", "--cached", "b.txt");
    valueOf(await commitAll(path));
    expect(git(path, "show", "HEAD:a.txt")).toBe("final");
    expect(git(path, "show", "HEAD:b.txt")).toBe("1");
    expect(status(path)).toBe("");
  });

  test("leaves what is staged out of scope staged", async () => {
    const { path } = makeRepository();
    write(path, "other.txt", "x\n");
    git(path, "add", "other.txt");
    write(path, "src/a.txt", "x\n");
    valueOf(await commitAll(path, { scopeFilter: inSource }));
    expect(status(path)).toBe("A  other.txt");
  });

  test("a file becomes a folder, a folder a file, a folder a link", async () => {
    const { path } = makeRepository({ file: "1\n", "folder/x": "1\n", "linked/x": "1\n" });
    rmSync(join(path, "file"));
    write(path, "file/inner", "2\n");
    rmSync(join(path, "folder"), { recursive: true });
    write(path, "folder", "2\n");
    rmSync(join(path, "linked"), { recursive: true });
    symlinkSync("file", join(path, "linked"));
    valueOf(await commitAll(path));
    expect(status(path)).toBe("");
    const names = git(path, "ls-tree", "-r", "--name-only", "HEAD").split("\n");
    expect(names).toEqual(["file/inner", "folder", "linked"]);
  });

  test("leaves repositories inside and names that are not UTF-8, and reports them", async () => {
    const { path } = makeRepository();
    git(path, "clone", "--quiet", path, "nested");
    writeFileSync(Buffer.concat([Buffer.from(`${path}/`), Buffer.of(0xff, 0xfe)]), "x");
    write(path, "b.txt", "b\n");
    const made = valueOf(await commitAll(path));
    expect(made.files).toEqual(["b.txt"]);
    expect(made.left.toSorted()).toEqual(["nested", "\uFFFD\uFFFD"]);
  });

  test("ignores what set-up made", async () => {
    const { path } = makeRepository();
    symlinkSync("/tmp", join(path, "node_modules"));
    const made = valueOf(await commitAll(path, { ignoring: ["node_modules"] }));
    expect(made).toMatchObject({ commit: null, left: [] });
  });

  test("refuses in the middle of a merge that the agent began", async () => {
    const { path } = makeRepository();
    git(path, "checkout", "--quiet", "-b", "other");
    commitFiles(path, { "a.txt": "other\n" }, "other");
    git(path, "checkout", "--quiet", "main");
    commitFiles(path, { "a.txt": "main\n" }, "main");
    expect(() => git(path, "merge", "other")).toThrow("git merge");
    const refusal = refusalOf(await commitAll(path));
    expect(refusal).toMatchObject({
      code: "conflict",
      data: { reason: "operation_in_progress", operation: "merge", files: ["a.txt"] },
    });
  });

  test("uses the person's identity, and Podlane's only for what is missing", async () => {
    const { path } = makeRepository();
    write(path, "b.txt", "b\n");
    valueOf(await commitAll(path));
    expect(git(path, "log", "-1", "--format=%an <%ae>")).toBe("Ada <ada@example.com>");
    git(path, "config", "--unset", "user.name");
    write(path, "c.txt", "c\n");
    valueOf(await commitAll(path));
    expect(git(path, "log", "-1", "--format=%an <%ae> %cn")).toBe(
      "Podlane <ada@example.com> Podlane",
    );
  });
});

describe("trailers", () => {
  test("are found by recovery, and not confused by text that looks like them", async () => {
    const { path } = makeRepository();
    const trailers = { [trailerKeys.pod]: "p1", [trailerKeys.intent]: "i-2" };
    write(path, "b.txt", "b\n");
    const message = "work\n\nPodlane-Intent: i-1";
    const { commit } = valueOf(await commitAll(path, { message, trailers }));
    commitFiles(path, { "c.txt": "c\n" }, "later\n\nSee Podlane-Intent: i-2");
    const search = (value: string) =>
      findCommitByTrailer(gitIn(path), { revisions: "main", key: trailerKeys.intent, value });
    expect(await search("i-2")).toBe(commit);
    expect(await search("i-1")).toBeNull();
    expect(await search("i")).toBeNull();
  });

  test("take one line each", () => {
    expect(() => renderMessage("m", { "Podlane-Pod": "a\nb" })).toThrow("one line");
    expect(renderMessage("  ", {})).toBe("podlane: no message given\n");
  });
});
