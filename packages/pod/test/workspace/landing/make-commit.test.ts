import { describe, expect, test } from "vitest";
import { combine } from "../../../src/workspace/landing/combine.ts";
import { makeCommit } from "../../../src/workspace/landing/method.ts";
import { gitIn } from "../../../src/workspace/git/git.ts";
import { commitFiles, git, head, makeRepository, refusalOf, status, valueOf } from "../fixture.ts";

/** `main` and `topic` one commit apart each; `topic` is checked out nowhere. */
function forked(main: Record<string, string>, topic: readonly Record<string, string>[]) {
  const fixture = makeRepository({ "a.txt": "1\n2\n3\n4\n5\n" });
  git(fixture.path, "checkout", "--quiet", "-b", "topic");
  for (const [index, files] of topic.entries()) commitFiles(fixture.path, files, `topic ${index}`);
  git(fixture.path, "checkout", "--quiet", "main");
  if (Object.keys(main).length > 0) commitFiles(fixture.path, main, "main moves");
  return { ...fixture, ...sides(fixture.path) };
}

function sides(path: string) {
  const side = (name: string) => ({ name, commit: head(path, name) });
  return { base: side("main"), branch: side("topic"), repository: gitIn(path) };
}

const show = (path: string, revision: string) => git(path, "show", revision);

describe("makeCommit", () => {
  test("merge: two parents, and the same inputs give the same commit", async () => {
    const { path, repository, base, branch } = forked({ m: "m" }, [{ t: "t" }]);
    const request = { base, branch, method: "merge", message: "Land topic" } as const;
    const { commit, tree } = valueOf(await makeCommit(repository, request));
    expect(git(path, "log", "-1", "--format=%P %T %s", commit)).toBe(
      `${base.commit} ${branch.commit} ${tree} Land topic`,
    );
    expect(valueOf(await makeCommit(repository, request)).commit).toBe(commit);
    expect([head(path), status(path)]).toEqual([base.commit, ""]);
  });

  test("merge makes a merge commit also where it could fast-forward", async () => {
    const { path, repository, base, branch } = forked({}, [{ t: "t" }]);
    const request = { base, branch, method: "merge", message: "m" } as const;
    const { commit } = valueOf(await makeCommit(repository, request));
    expect(git(path, "log", "-1", "--format=%P", commit).split(" ")).toHaveLength(2);
  });

  test("squash: one parent, all the changes, the trailers", async () => {
    const { path, repository, base, branch } = forked({ m: "m" }, [{ t: "1" }, { t: "2", u: "u" }]);
    const trailers = { "Podlane-Pod": "p1" };
    const request = { base, branch, method: "squash", message: "Topic", trailers } as const;
    const { commit } = valueOf(await makeCommit(repository, request));
    expect(
      git(path, "log", "-1", "--format=%P %(trailers:key=Podlane-Pod,valueonly)", commit),
    ).toBe(`${base.commit} p1\n`);
    expect(show(path, `${commit}:t`)).toBe("2");
  });

  test("rebase: each commit with its author and message, empty ones dropped", async () => {
    const { path, repository, base } = forked({ m: "m" }, [{ t: "1" }]);
    git(path, "checkout", "--quiet", "topic");
    commitFiles(path, { m: "m" }, "the same as on main");
    const author = "Grace <grace@example.com>";
    git(path, "commit", "--quiet", "--allow-empty", "-m", "meant to be empty", "--author", author);
    git(path, "checkout", "--quiet", "main");
    const { branch } = sides(path);
    const request = { base, branch, method: "rebase", message: "" } as const;
    const { commit } = valueOf(await makeCommit(repository, request));
    const log = git(path, "log", "--format=%s|%an", `main..${commit}`).split("\n");
    expect(log).toEqual(["meant to be empty|Grace", "topic 0|Ada"]);
    expect(valueOf(await makeCommit(repository, request)).commit).toBe(commit);
    expect(git(path, "rev-list", "--merges", `main..${commit}`)).toBe("");
  });

  test("rebase: linear and on top already keeps its commits", async () => {
    const { repository, base, branch } = forked({}, [{ t: "1" }]);
    const request = { base, branch, method: "rebase", message: "" } as const;
    expect(valueOf(await makeCommit(repository, request)).commit).toBe(branch.commit);
  });

  test("rebase: joined children become linear; a hand-made merge is refused", async () => {
    const { path, repository, base } = forked({ m: "m" }, [{ t: "1" }]);
    git(path, "checkout", "--quiet", "-b", "child", "topic");
    commitFiles(path, { c: "c" }, "child");
    git(path, "checkout", "--quiet", "topic");
    commitFiles(path, { p: "p" }, "parent");
    git(path, "merge", "--quiet", "--no-edit", "child");
    git(path, "checkout", "--quiet", "main");
    const request = { base, method: "rebase", message: "" } as const;
    const { commit } = valueOf(await makeCommit(repository, { ...request, ...sides(path) }));
    expect(git(path, "rev-list", "--count", `main..${commit}`)).toBe("3");
    git(path, "checkout", "--quiet", "topic");
    commitFiles(path, { extra: "in the merge" }, "amended");
    git(path, "reset", "--quiet", "--soft", "HEAD~1");
    git(path, "commit", "--quiet", "--amend", "--no-edit");
    git(path, "checkout", "--quiet", "main");
    const refusal = refusalOf(await makeCommit(repository, { ...request, ...sides(path) }));
    expect(refusal.data).toMatchObject({ reason: "not_replayable" });
  });

  test("ff: the branch itself, or a refusal that says what else to choose", async () => {
    const straight = forked({}, [{ t: "1" }]);
    const request = { method: "ff", message: "" } as const;
    const made = await makeCommit(straight.repository, { ...request, ...straight });
    expect(valueOf(made).commit).toBe(straight.branch.commit);
    const diverged = forked({ m: "m" }, [{ t: "1" }]);
    const refusal = refusalOf(await makeCommit(diverged.repository, { ...request, ...diverged }));
    expect(refusal).toMatchObject({ code: "conflict", data: { reason: "not_fast_forward" } });
  });

  test.each(["merge", "squash", "rebase"] as const)(
    "%s: a conflict names files",
    async (method) => {
      const clash = { "a.txt": "topic\n", "ü b": "topic" };
      const { repository, base, branch } = forked({ "a.txt": "main\n", "ü b": "main" }, [clash]);
      const refusal = refusalOf(
        await makeCommit(repository, { base, branch, method, message: "" }),
      );
      expect(refusal).toMatchObject({
        code: "conflict",
        data: {
          reason: "merge_conflict",
          files: ["a.txt", "ü b"],
          branches: ["main", "topic"],
          commits: [base.commit, branch.commit],
        },
      });
    },
  );

  test.each(["merge", "squash", "rebase", "ff"] as const)("%s: landed already", async (method) => {
    const { repository, base } = forked({}, []);
    const request = { base, branch: base, method, message: "" };
    expect(valueOf(await makeCommit(repository, request)).commit).toBe(base.commit);
  });
});

describe("combine", () => {
  test("base with every branch, repeatable, without moving anything", async () => {
    const { path, repository, base, branch } = forked({ m: "m" }, [{ t: "t" }]);
    git(path, "checkout", "--quiet", "-b", "second", "main~1");
    const second = { name: "second", commit: commitFiles(path, { s: "s" }, "second") };
    const commit = valueOf(await combine(repository, base, [branch, second, branch]));
    expect(git(path, "ls-tree", "--name-only", commit).split("\n")).toEqual([
      "a.txt",
      "m",
      "s",
      "t",
    ]);
    expect(valueOf(await combine(repository, base, [branch, second]))).toBe(commit);
    expect(valueOf(await combine(repository, base, []))).toBe(base.commit);
    expect(head(path, "main")).toBe(base.commit);
  });

  test("refuses at the first branch that clashes, by name", async () => {
    const { repository, base, branch } = forked({ x: "main" }, [{ x: "topic" }]);
    const refusal = refusalOf(await combine(repository, base, [branch]));
    expect(refusal.data).toMatchObject({ files: ["x"], branches: ["main", "topic"] });
  });
});
