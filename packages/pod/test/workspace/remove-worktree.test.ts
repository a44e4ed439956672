import { existsSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  deleteBranch,
  removeWorktree,
  sweepRemovals,
} from "../../src/workspace/remove-worktree.ts";
import { keepCommit, snapshotWorktree, snapshotsOf } from "../../src/workspace/snapshot.ts";
import {
  commitFiles,
  discover,
  git,
  head,
  makeRepository,
  makeWorktree,
  refusalOf,
  status,
  valueOf,
  write,
  type Fixture,
} from "./fixture.ts";

async function remove(fixture: Fixture, path: string, mergedInto: string | null = "main") {
  const repository = await discover(fixture);
  return removeWorktree({ repository, lockPath: fixture.lockPath, path, pod: "p1", mergedInto });
}

const keptFiles = (fixture: Fixture, ref: string) =>
  git(fixture.path, "ls-tree", "-r", "-z", "--name-only", ref).split("\0").slice(0, -1);

describe("snapshotWorktree", () => {
  test("keeps dirty and untracked files, not ignored ones, and touches nothing", async () => {
    const fixture = makeRepository({ "a.txt": "a\n", "b.txt": "b\n", ".gitignore": "*.log\n" });
    const { path } = await makeWorktree(fixture, "agent/t/1");
    write(path, "a.txt", "dirty\n");
    write(path, "new ü\n.txt", "new\n");
    write(path, "x.log", "log\n");
    git(path, "rm", "--quiet", "b.txt");
    const before = status(path);
    const kept = await snapshotWorktree({ worktree: path, pod: "p1" });
    expect(kept.ref).toBe("refs/podlane/snapshots/p1/1");
    expect(keptFiles(fixture, kept.ref)).toEqual([".gitignore", "a.txt", "new ü\n.txt"]);
    expect(git(fixture.path, "show", `${kept.ref}:a.txt`)).toBe("dirty");
    expect(status(path)).toBe(before);
    expect(head(fixture.path, `${kept.ref}^`)).toBe(head(path));
  });

  test("keeps what was staged and then changed again as a second parent", async () => {
    const fixture = makeRepository();
    const { path } = await makeWorktree(fixture, "agent/t/1");
    write(path, "a.txt", "staged\n");
    git(path, "add", "a.txt");
    write(path, "a.txt", "final\n");
    const { ref } = await snapshotWorktree({ worktree: path, pod: "p1" });
    expect(git(fixture.path, "show", `${ref}:a.txt`)).toBe("final");
    expect(git(fixture.path, "show", `${ref}^2:a.txt`)).toBe("staged");
  });

  test("numbers rise, the same commit is kept once, and racing ones all get a number", async () => {
    const fixture = makeRepository();
    const { git: repository } = await discover(fixture);
    const commits = [1, 2, 3].map((n) => commitFiles(fixture.path, { n: `${n}` }, `${n}`));
    await Promise.all(
      [...commits, ...commits].map((commit) => keepCommit(repository, "p1", commit)),
    );
    const kept = await snapshotsOf(repository, "p1");
    expect(new Set(kept.map((snapshot) => snapshot.commit))).toEqual(new Set(commits));
  });

  test("keeps a conflict that was left unfinished", async () => {
    const fixture = makeRepository();
    const { path } = await makeWorktree(fixture, "agent/t/1");
    commitFiles(path, { "a.txt": "mine\n" }, "mine");
    commitFiles(fixture.path, { "a.txt": "theirs\n" }, "theirs");
    expect(() => git(path, "merge", "main")).toThrow("git merge");
    const { ref } = await snapshotWorktree({ worktree: path, pod: "p1" });
    expect(git(fixture.path, "show", `${ref}:a.txt`)).toContain("<<<<<<<");
  });
});

describe("removeWorktree", () => {
  test("a clean and merged one goes without a snapshot; again is fine", async () => {
    const fixture = makeRepository();
    const { path } = await makeWorktree(fixture, "agent/t/1");
    expect(valueOf(await remove(fixture, path))).toBeNull();
    expect(existsSync(path)).toBe(false);
    expect(readdirSync(dirname(path))).toEqual([]);
    expect(head(fixture.path, "agent/t/1")).toBe(head(fixture.path));
    expect(valueOf(await remove(fixture, path))).toBeNull();
  });

  test.each([
    ["unmerged", (path: string) => void commitFiles(path, { "b.txt": "b\n" }, "b")],
    ["dirty", (path: string) => write(path, "b.txt", "b\n")],
  ])("an %s one is kept by a snapshot first", async (_, change) => {
    const fixture = makeRepository();
    const { path } = await makeWorktree(fixture, "agent/t/1");
    change(path);
    const kept = valueOf(await remove(fixture, path));
    expect(keptFiles(fixture, kept?.ref ?? "")).toEqual(["a.txt", "b.txt"]);
    expect(existsSync(path)).toBe(false);
  });

  test("one whose folder is gone is forgotten", async () => {
    const fixture = makeRepository();
    const { path } = await makeWorktree(fixture, "agent/t/1");
    git(fixture.root, "-C", fixture.path, "worktree", "lock", path);
    rmSync(path, { recursive: true });
    expect(valueOf(await remove(fixture, path))).toBeNull();
    expect(git(fixture.path, "worktree", "list").split("\n")).toHaveLength(1);
  });

  test("the main checkout is never removed", async () => {
    const fixture = makeRepository();
    expect(refusalOf(await remove(fixture, fixture.path)).code).toBe("conflict");
    expect(existsSync(join(fixture.path, "a.txt"))).toBe(true);
  });

  test("refuses while a repository inside holds commits of its own", async () => {
    const fixture = makeRepository();
    const { path } = await makeWorktree(fixture, "agent/t/1");
    git(path, "clone", "--quiet", fixture.path, "nested");
    const refusal = refusalOf(await remove(fixture, path));
    expect(refusal.data).toEqual({ reason: "nested_repositories", files: ["nested"] });
    expect(existsSync(join(path, "nested"))).toBe(true);
  });

  test("refuses a changed submodule, removes an unchanged one", async () => {
    const [fixture, inner] = [makeRepository(), makeRepository()];
    const allow = ["-c", "protocol.file.allow=always", "submodule", "--quiet"];
    git(fixture.path, ...allow, "add", inner.path, "sub");
    git(fixture.path, "commit", "--quiet", "-m", "submodule");
    const { path } = await makeWorktree(fixture, "agent/t/1");
    git(path, ...allow, "update", "--init");
    write(path, "sub/b.txt", "b\n");
    expect(refusalOf(await remove(fixture, path)).data).toMatchObject({ files: ["sub"] });
    git(join(path, "sub"), "clean", "--quiet", "--force");
    expect(valueOf(await remove(fixture, path))).toBeNull();
  });

  test("what a kill left in the folder is swept", async () => {
    const folder = join(makeRepository().root, "worktrees");
    write(folder, ".removing-p1-00/file", "x");
    write(folder, "p2/file", "x");
    await sweepRemovals(folder);
    expect(readdirSync(folder)).toEqual(["p2"]);
  });
});

describe("deleteBranch", () => {
  test("only when merged or kept, and not checked out", async () => {
    const fixture = makeRepository();
    const repository = await discover(fixture);
    const request = { repository, branch: "agent/t/1", mergedInto: "main" };
    expect(valueOf(await deleteBranch(request))).toBe(false);
    const { path } = await makeWorktree(fixture, "agent/t/1");
    const commit = commitFiles(path, { "b.txt": "b\n" }, "b");
    expect(refusalOf(await deleteBranch(request)).message).toContain("checked out at");
    git(path, "checkout", "--quiet", "--detach");
    expect(refusalOf(await deleteBranch(request)).message).toContain("nothing else keeps");
    await keepCommit(repository.git, "p1", commit);
    expect(valueOf(await deleteBranch(request))).toBe(true);
    expect(git(fixture.path, "branch", "--list", "agent/*")).toBe("");
  });
});
