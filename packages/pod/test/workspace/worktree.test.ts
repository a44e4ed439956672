import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { branchName, setAsideBranch, slugify } from "../../src/workspace/branch-name.ts";
import { verifyWorktree } from "../../src/workspace/verify-worktree.ts";
import { createWorktree } from "../../src/workspace/worktree.ts";
import {
  commitFiles,
  discover,
  git,
  head,
  makeRepository,
  refusalOf,
  status,
  valueOf,
  write,
  type Fixture,
} from "./fixture.ts";
import { verifies } from "../../../../test/requirements.ts";

async function request(fixture: Fixture, name: string) {
  return {
    repository: await discover(fixture),
    lockPath: fixture.lockPath,
    path: join(fixture.state, "worktrees", name),
    branch: `agent/task/${name}`,
    startCommit: head(fixture.path),
  };
}

describe("branch names", () => {
  test.each([
    ["Add error handling!", "add-error-handling"],
    ["Über die Brücke", "uber-die-brucke"],
    ["--force ..lock", "force-lock"],
    ["名前", "task"],
    ["x".repeat(300), "x".repeat(48)],
    ["a.lock", "a-lock"],
  ])("%s becomes %s", (text, slug) => {
    expect(slugify(text)).toBe(slug);
  });

  test(`${verifies("R131")}made of the task and a short id; git accepts every one`, () => {
    const { path } = makeRepository();
    expect(branchName("Add error handling!", "k3x9")).toBe("agent/add-error-handling/k3x9");
    for (const text of ["@{", "a..b", "a\nb", "~^:?*[\\", "/", ".", "-", "HEAD"]) {
      const name = branchName(text, "k3x9");
      expect(git(path, "check-ref-format", "--branch", name)).toBe(name);
    }
    expect(setAsideBranch("r42")).toBe("podlane/r42");
  });
});

/** Puts a git before the real one that writes down when it adds a worktree, and answers that. */
function watchRegistrations(folder: string): () => string {
  const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
  const log = join(folder, "registrations");
  const script = `#!/bin/sh
case " $* " in
*" worktree add "*)
  echo begins >> ${log}; ${real} "$@"; code=$?; echo ends >> ${log}; exit $code ;;
*) exec ${real} "$@" ;;
esac
`;
  write(folder, "bin/git", script);
  chmodSync(join(folder, "bin/git"), 0o755);
  vi.stubEnv("PATH", `${join(folder, "bin")}:${process.env["PATH"]}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  return () => readFileSync(log, "utf8");
}

describe("createWorktree", () => {
  test(
    verifies("R131", "R152") + "makes a verified, clean worktree on its own branch",
    async () => {
      const fixture = makeRepository({ "a.txt": "a\n", "sp ace/ü\n.txt": "u\n" });
      const asked = await request(fixture, "one");
      const made = valueOf(await createWorktree(asked));
      expect(made).toEqual({ path: asked.path, branch: asked.branch, commit: head(fixture.path) });
      expect(status(made.path)).toBe("");
      expect(existsSync(join(made.path, "sp ace/ü\n.txt"))).toBe(true);
    },
  );

  test("leaves a dirty checkout as it is", async () => {
    const fixture = makeRepository();
    write(fixture.path, "a.txt", "changed\n");
    write(fixture.path, "new.txt", "new\n");
    const before = status(fixture.path);
    valueOf(await createWorktree(await request(fixture, "one")));
    expect(status(fixture.path)).toBe(before);
  });

  test("works behind a symlinked state folder", async () => {
    const fixture = makeRepository();
    write(fixture.root, "real/keep", "");
    symlinkSync(join(fixture.root, "real"), fixture.state);
    const made = valueOf(await createWorktree(await request(fixture, "one")));
    expect(made.path).toBe(join(fixture.root, "real", "worktrees", "one"));
  });

  test(
    verifies("R134") +
      "sixteen at once from a remote-tracking branch: one after another, and none tracks",
    async () => {
      const upstream = makeRepository();
      const fixture = { ...upstream, path: join(upstream.root, "clone") };
      git(upstream.root, "clone", "--quiet", upstream.path, fixture.path);
      const repository = await discover(fixture);
      const startCommit = head(fixture.path, "refs/remotes/origin/main");
      const registrations = watchRegistrations(fixture.root);
      const made = await Promise.all(
        Array.from({ length: 16 }, (_, index) =>
          createWorktree({
            repository,
            lockPath: fixture.lockPath,
            path: join(fixture.state, `w${index}`),
            branch: branchName("many", String(index)),
            startCommit,
          }),
        ),
      );
      expect(made.map((outcome) => valueOf(outcome).commit)).toEqual(Array(16).fill(startCommit));
      expect(registrations()).toBe("begins\nends\n".repeat(16));
      expect(git(fixture.path, "config", "--get-regexp", "^branch\\.")).not.toContain("agent");
    },
  );

  test("refuses a path, a branch or its folder that is taken, and undoes nothing", async () => {
    const fixture = makeRepository();
    const asked = await request(fixture, "one");
    write(asked.path, "mine.txt", "mine\n");
    expect(refusalOf(await createWorktree(asked))).toMatchObject({ code: "conflict" });
    expect(existsSync(join(asked.path, "mine.txt"))).toBe(true);
    git(fixture.path, "checkout", "--quiet", "-b", "agent/task/two");
    const two = await request(fixture, "two");
    expect(refusalOf(await createWorktree(two)).message).toContain("exists already");
    expect(head(fixture.path, "agent/task/two")).toBe(two.startCommit);
    git(fixture.path, "branch", "taken");
    const beneath = { ...two, branch: "taken/three" };
    expect(refusalOf(await createWorktree(beneath)).message).toContain("rename taken");
  });

  test("refuses an unknown commit and an impossible branch", async () => {
    const fixture = makeRepository();
    const asked = await request(fixture, "one");
    const unknown = { ...asked, startCommit: "1".repeat(40) as typeof asked.startCommit };
    expect(refusalOf(await createWorktree(unknown)).code).toBe("not_found");
    const impossible = { ...asked, branch: "a..b" };
    expect(refusalOf(await createWorktree(impossible)).code).toBe("conflict");
  });

  test("an aborted one leaves no folder, branch or registration", async () => {
    const fixture = makeRepository();
    const asked = { ...(await request(fixture, "one")), signal: AbortSignal.abort() };
    await expect(createWorktree(asked)).rejects.toThrow("aborted");
    expect(existsSync(asked.path)).toBe(false);
    expect(git(fixture.path, "branch", "--list", "agent/*")).toBe("");
    expect(git(fixture.path, "worktree", "list").split("\n")).toHaveLength(1);
  });

  test("a checkout that fails is undone", async () => {
    const fixture = makeRepository();
    const asked = await request(fixture, "one");
    const blob = git(fixture.path, "rev-parse", "HEAD:a.txt");
    rmSync(join(fixture.path, ".git/objects", blob.slice(0, 2), blob.slice(2)));
    await expect(createWorktree(asked)).rejects.toMatchObject({ code: "git_failed" });
    expect(existsSync(asked.path)).toBe(false);
    expect(git(fixture.path, "branch", "--list", "agent/*")).toBe("");
    expect(git(fixture.path, "worktree", "list").split("\n")).toHaveLength(1);
  });

  test("makes anew what a kill left: only the branch, or a worktree without files", async () => {
    const fixture = makeRepository();
    const one = await request(fixture, "one");
    git(fixture.path, "branch", one.branch);
    expect(valueOf(await createWorktree(one)).commit).toBe(one.startCommit);
    const two = await request(fixture, "two");
    git(fixture.path, "worktree", "add", "-q", "--no-checkout", "-b", two.branch, two.path);
    expect(valueOf(await createWorktree(two)).commit).toBe(two.startCommit);
    expect(existsSync(join(two.path, "a.txt"))).toBe(true);
  });

  test("tolerates submodules", async () => {
    const [fixture, inner] = [makeRepository(), makeRepository()];
    git(
      fixture.path,
      "-c",
      "protocol.file.allow=always",
      "submodule",
      "--quiet",
      "add",
      inner.path,
      "sub",
    );
    git(fixture.path, "commit", "--quiet", "-m", "submodule");
    const made = valueOf(await createWorktree(await request(fixture, "one")));
    expect(status(made.path)).toBe("");
  });
});

test("verifyWorktree names what is not as asked", async () => {
  const fixture = makeRepository();
  const asked = await request(fixture, "one");
  valueOf(await createWorktree(asked));
  expect((await verifyWorktree(asked)).ok).toBe(true);
  const commit = commitFiles(asked.path, { "b.txt": "b\n" }, "moved on");
  git(asked.path, "checkout", "--quiet", "-b", "elsewhere");
  const refusal = refusalOf(await verifyWorktree(asked));
  expect(refusal).toMatchObject({
    code: "conflict",
    data: { reason: "unverified", found: { branch: "elsewhere", commit } },
  });
  write(asked.path, "sub/x", "");
  const below = refusalOf(await verifyWorktree({ ...asked, path: join(asked.path, "sub") }));
  expect(below.message).toContain("toplevel is");
});
