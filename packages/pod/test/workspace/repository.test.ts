import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resolveBase } from "../../src/workspace/base.ts";
import { discoverRepository } from "../../src/workspace/repository.ts";
import { checkedOutAt } from "../../src/workspace/worktree-list.ts";
import {
  commitFiles,
  discover,
  git,
  head,
  makeRepository,
  refusalOf,
  temporaryFolder,
  valueOf,
} from "./fixture.ts";

describe("discoverRepository", () => {
  test("from a subdirectory: toplevel, prefix, branch", async () => {
    const fixture = makeRepository({ "src/deep er/a.txt": "a\n" });
    const found = valueOf(await discoverRepository(join(fixture.path, "src/deep er")));
    expect(found).toMatchObject({
      toplevel: fixture.path,
      prefix: "src/deep er",
      linked: false,
      head: { kind: "branch", branch: "main", commit: head(fixture.path) },
    });
    expect(found.workspaceId).toMatch(/^[0-9a-f]{16}$/);
  });

  test("through a symlink and from a linked worktree it is the same workspace", async () => {
    const fixture = makeRepository();
    const { workspaceId } = await discover(fixture);
    const [link, linked] = [join(fixture.root, "link"), join(fixture.root, "linked")];
    symlinkSync(fixture.path, link);
    git(fixture.path, "worktree", "add", "--quiet", "--detach", linked);
    const viaLink = valueOf(await discoverRepository(link));
    expect(viaLink).toMatchObject({ workspaceId, toplevel: fixture.path, linked: false });
    const viaWorktree = valueOf(await discoverRepository(linked));
    expect(viaWorktree).toMatchObject({
      workspaceId,
      toplevel: linked,
      linked: true,
      head: { kind: "detached" },
    });
  });

  test("a path with a newline and umlauts", async () => {
    const path = join(temporaryFolder(), "zwei\nzeilen ü");
    mkdirSync(path);
    git(path, "init", "--quiet");
    git(path, "-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "s", "--allow-empty");
    expect(valueOf(await discoverRepository(path)).toplevel).toBe(path);
  });

  test.each([
    ["no_repository", "not_found", "git init", () => temporaryFolder()],
    ["bare", "unsupported", "worktree add", () => initialised("--bare")],
    ["unborn", "unsupported", "git commit", () => initialised()],
    ["inside_git_directory", "unsupported", "checkout", () => join(makeRepository().path, ".git")],
    ["shallow", "unsupported", "--unshallow", shallowClone],
  ])("%s is refused %s and says what to do", async (reason, code, advice, make) => {
    const refusal = refusalOf(await discoverRepository(make()));
    expect(refusal).toMatchObject({ code, data: { reason } });
    expect(refusal.message).toContain(advice);
  });
});

describe("resolveBase", () => {
  test("defaults to what is checked out, and lands nowhere from a detached head", async () => {
    const fixture = makeRepository();
    const commit = head(fixture.path);
    const onBranch = await discover(fixture);
    expect(valueOf(await resolveBase(onBranch))).toEqual({ commit, branch: "main" });
    git(fixture.path, "checkout", "--quiet", "--detach");
    expect(valueOf(await resolveBase(await discover(fixture)))).toEqual({ commit, branch: null });
  });

  test("a branch, a tag, and a name that is not there", async () => {
    const fixture = makeRepository();
    const first = head(fixture.path);
    git(fixture.path, "tag", "v1");
    git(fixture.path, "branch", "dev");
    commitFiles(fixture.path, { "a.txt": "2\n" }, "second");
    const repository = await discover(fixture);
    expect(valueOf(await resolveBase(repository, "dev"))).toEqual({ commit: first, branch: "dev" });
    expect(valueOf(await resolveBase(repository, "v1"))).toEqual({ commit: first, branch: null });
    for (const name of ["nope", "--all", "main:a.txt", ""]) {
      const refusal = refusalOf(await resolveBase(repository, name));
      expect(refusal.code).toBe("not_found");
      expect(refusal.message).toContain("dev, main");
    }
  });
});

test("checkedOutAt finds linked worktrees, and forgets deleted ones", async () => {
  const fixture = makeRepository();
  const [linked, gone] = [join(fixture.root, "lin ked"), join(fixture.root, "gone")];
  git(fixture.path, "worktree", "add", "--quiet", "-b", "dev", linked);
  git(fixture.path, "worktree", "add", "--quiet", "-b", "lost", gone);
  const repository = await discover(fixture);
  expect(await checkedOutAt(repository.git, "main")).toEqual([fixture.path]);
  expect(await checkedOutAt(repository.git, "dev")).toEqual([linked]);
  expect(await checkedOutAt(repository.git, "lost")).toEqual([gone]);
  rmSync(gone, { recursive: true });
  expect(await checkedOutAt(repository.git, "lost")).toEqual([]);
});

function initialised(...options: string[]): string {
  const folder = temporaryFolder();
  git(folder, "init", "--quiet", ...options);
  return folder;
}

function shallowClone(): string {
  const fixture = makeRepository();
  commitFiles(fixture.path, { "a.txt": "2\n" }, "second");
  const clone = join(fixture.root, "shallow");
  git(fixture.root, "clone", "--quiet", "--depth=1", `file://${fixture.path}`, clone);
  return clone;
}
