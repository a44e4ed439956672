import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { podGitEnvironment } from "../../src/workspace/git/environment.ts";
import { GitFault } from "../../src/workspace/git/fault.ts";
import { gitIn } from "../../src/workspace/git/git.ts";
import { commitDirty } from "../../src/workspace/commit.ts";
import { predictMerge } from "../../src/workspace/merge-tree.ts";
import { commitFiles, git, head, makeRepository, valueOf, write } from "./fixture.ts";

/** A filter that leaves a mark beside the checkout when it runs. */
const touch = (path: string, name: string) => `touch '${join(path, "..", name)}'; cat`;

describe("a git call", () => {
  test("throws a fault with arguments, exit code and git's own words", async () => {
    const { path } = makeRepository();
    const fault = await gitIn(path)
      .run(["cat-file", "-p", "nothing"])
      .catch((error) => error);
    expect(fault).toBeInstanceOf(GitFault);
    expect(fault).toMatchObject({ code: "git_failed", exitCode: 128, directory: path });
    expect(fault.args).toEqual(["cat-file", "-p", "nothing"]);
    expect(fault.stderr).toContain("nothing");
  });

  test("throws in a folder that does not exist", async () => {
    await expect(gitIn("/does/not/exist").run(["version"])).rejects.toMatchObject({
      code: "git_missing",
    });
  });

  test("is stopped at its deadline", async () => {
    const { path } = makeRepository();
    write(path, "slow", "#!/bin/sh\nexec sleep 60\n");
    chmodSync(join(path, "slow"), 0o755);
    const call = gitIn(path).run(["-c", "alias.slow=!./slow", "slow"], { deadlineMs: 100 });
    await expect(call).rejects.toMatchObject({ code: "git_timeout" });
  });

  test("is stopped when its caller gives up", async () => {
    const { path } = makeRepository();
    const controller = new AbortController();
    const call = gitIn(path).run(["-c", "alias.slow=!sleep 60", "slow"], {
      signal: controller.signal,
    });
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "git_aborted" });
  });

  test("is bounded in output, and cut there when that is asked for", async () => {
    const { path } = makeRepository({ "big.txt": "0123456789".repeat(100_000) });
    const args = ["cat-file", "-p", "HEAD:big.txt"];
    await expect(gitIn(path).run(args, { maxOutputBytes: 1_000 })).rejects.toMatchObject({
      code: "git_output_too_large",
    });
    const cut = await gitIn(path).run(args, { maxOutputBytes: 1_000, truncate: true });
    expect([cut.output.length, cut.truncated]).toEqual([1_000, true]);
  });
});

describe("the environment of a git call", () => {
  test("drops the variables that would redirect it", async () => {
    const [{ path }, other] = [makeRepository(), makeRepository()];
    const parent = {
      ...process.env,
      GIT_DIR: join(other.path, ".git"),
      GIT_INDEX_FILE: "/nowhere",
      GIT_CONFIG_COUNT: "0",
      GIT_EXTERNAL_DIFF: "false",
    };
    expect(await gitIn(path, parent).text(["rev-parse", "--show-toplevel"])).toBe(path);
  });

  test("keeps who the person is", async () => {
    const parent = { ...process.env, GIT_AUTHOR_NAME: "Grace" };
    expect(await gitIn(makeRepository().path, parent).text(["var", "GIT_AUTHOR_IDENT"])).toMatch(
      /^Grace <ada@example.com>/,
    );
  });

  test("turns off gc and maintenance for the agent's own git", () => {
    expect(Object.values(podGitEnvironment())).toEqual(
      expect.arrayContaining(["gc.auto", "maintenance.auto"]),
    );
  });
});

describe("programs that a repository names are not run", () => {
  test("hooks, fsmonitor, filters and text conversion", async () => {
    const { path, root } = makeRepository();
    write(path, ".git/hooks/post-checkout", `#!/bin/sh\ntouch '${root}/hook'\n`);
    write(path, ".git/hooks/reference-transaction", `#!/bin/sh\ntouch '${root}/hook'\n`);
    for (const hook of ["post-checkout", "reference-transaction"]) {
      chmodSync(join(path, ".git/hooks", hook), 0o755);
    }
    git(path, "config", "core.fsmonitor", `touch '${root}/fsmonitor'; echo`);
    git(path, "config", "filter.evil=x.clean", touch(path, "filter"));
    git(path, "config", "filter.evil=x.smudge", touch(path, "filter"));
    git(path, "config", "filter.evil=x.required", "true");
    git(path, "config", "diff.external", touch(path, "external"));
    write(path, ".gitattributes", "*.txt filter=evil=x\n");
    write(path, "b.txt", "b\n");
    const request = { worktree: path, message: "m", scopeFilter: () => true };
    expect(valueOf(await commitDirty(request)).files).toContain("b.txt");
    expect(
      ["hook", "fsmonitor", "filter", "external"].filter((it) => existsSync(join(root, it))),
    ).toEqual([]);
  });

  test("merge drivers: git's own text merge decides instead", async () => {
    const { path, root } = makeRepository({
      "a.txt": "1\n2\n3\n4\n5\n",
      ".gitattributes": "* merge=evil\n",
    });
    git(path, "config", "merge.evil.driver", `touch '${root}/driver'; true`);
    git(path, "checkout", "--quiet", "-b", "one");
    commitFiles(path, { "a.txt": "one\n2\n3\n4\n5\n" }, "one");
    git(path, "checkout", "--quiet", "main");
    commitFiles(path, { "a.txt": "1\n2\n3\n4\nfive\n" }, "five");
    const clean = await predictMerge(gitIn(path), head(path), "one");
    expect(clean.kind).toBe("clean");
    const tree = clean.kind === "clean" ? clean.tree : "";
    expect(git(path, "cat-file", "-p", `${tree}:a.txt`)).toBe("one\n2\n3\n4\nfive");
    commitFiles(path, { "a.txt": "other\n2\n3\n4\n5\n" }, "clash");
    expect(await predictMerge(gitIn(path), head(path), "one")).toEqual({
      kind: "conflict",
      files: ["a.txt"],
    });
    expect(existsSync(join(root, "driver"))).toBe(false);
  });
});
