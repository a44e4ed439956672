import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { advanceTarget } from "../../../src/workspace/landing/advance.ts";
import { landingTip } from "../../../src/workspace/landing/tip.ts";
import { discoverRepository } from "../../../src/workspace/repository.ts";
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
} from "../fixture.ts";

/** `main` is checked out at `from`; `to` is one commit ahead and adds `new.txt`. */
async function landing() {
  const fixture = makeRepository({ "a.txt": "a\n", "sub/b.txt": "b\n", ".gitignore": "*.log\n" });
  const from = head(fixture.path);
  git(fixture.path, "checkout", "--quiet", "-b", "result");
  const to = commitFiles(fixture.path, { "new.txt": "new\n", "sub/b.txt": "landed\n" }, "result");
  git(fixture.path, "checkout", "--quiet", "main");
  const repository = await discover(fixture);
  const request = { repository, branch: "main", from, to, setAside: "podlane/r1" };
  return { ...fixture, repository, from, to, request };
}

const setAside = { kind: "set_aside", branch: "podlane/r1" };

describe("advanceTarget", () => {
  test("a clean checkout moves with its files, whatever is untracked elsewhere", async () => {
    const { path, to, request } = await landing();
    write(path, "notes.txt", "mine\n");
    const advanced = valueOf(await advanceTarget(request));
    expect(advanced).toEqual({ kind: "advanced", branch: "main", worktree: path });
    expect([head(path), status(path)]).toEqual([to, "?? notes.txt"]);
    expect(readFileSync(join(path, "new.txt"), "utf8")).toBe("new\n");
    expect(valueOf(await advanceTarget(request)).kind).toBe("advanced");
  });

  test("a branch that is checked out nowhere moves by its ref alone", async () => {
    const { path, from, to, request } = await landing();
    git(path, "checkout", "--quiet", "--detach");
    expect(valueOf(await advanceTarget(request))).toMatchObject({ worktree: null });
    expect([head(path, "main"), head(path), status(path)]).toEqual([to, from, ""]);
  });

  test("a branch that is checked out in a linked worktree moves there", async () => {
    const { path, root, to, request } = await landing();
    const linked = join(root, "lin ked");
    git(path, "checkout", "--quiet", "--detach");
    git(path, "worktree", "add", "--quiet", linked, "main");
    expect(valueOf(await advanceTarget(request))).toMatchObject({ worktree: linked });
    expect([head(linked), status(linked), status(path)]).toEqual([to, "", ""]);
  });

  test("from a subdirectory of the checkout", async () => {
    const { path, to, request } = await landing();
    const repository = valueOf(await discoverRepository(join(path, "sub")));
    expect(valueOf(await advanceTarget({ ...request, repository })).kind).toBe("advanced");
    expect(head(path)).toBe(to);
  });

  test.each([
    ["a changed file", "a.txt", ["a.txt"]],
    ["an untracked file in the way", "new.txt", ["new.txt"]],
  ])("with %s base stays, and the result is set aside", async (_, file, files) => {
    const { path, from, to, request } = await landing();
    write(path, file, "mine\n");
    const before = status(path);
    const advanced = valueOf(await advanceTarget(request));
    expect(advanced).toEqual({
      ...setAside,
      reason: "dirty_files",
      files,
      command: "git merge --ff-only podlane/r1",
      directory: path,
    });
    expect([head(path, "main"), head(path, "podlane/r1"), status(path)]).toEqual([
      from,
      to,
      before,
    ]);
    expect(readFileSync(join(path, file), "utf8")).toBe("mine\n");
    expect(valueOf(await advanceTarget(request))).toEqual(advanced);
  });

  test("an ignored file in the way is not overwritten either", async () => {
    const { path, request } = await landing();
    git(path, "checkout", "--quiet", "result");
    write(path, "x.log", "landed\n");
    git(path, "add", "--force", "x.log");
    git(path, "commit", "--quiet", "-m", "log");
    const to = head(path);
    git(path, "checkout", "--quiet", "main");
    write(path, "x.log", "mine\n");
    const advanced = valueOf(await advanceTarget({ ...request, to }));
    expect(advanced).toMatchObject({ ...setAside, files: ["x.log"] });
    expect(readFileSync(join(path, "x.log"), "utf8")).toBe("mine\n");
  });

  test("the printed command finishes the job", async () => {
    const { path, to, request } = await landing();
    write(path, "a.txt", "mine\n");
    const advanced = valueOf(await advanceTarget(request));
    const command = advanced.kind === "set_aside" ? advanced.command : "";
    git(path, "checkout", "--quiet", "a.txt");
    git(path, ...command.split(" ").slice(1));
    expect(head(path, "main")).toBe(to);
  });

  test("a stash setting of the person moves nothing", async () => {
    const { path, from, request } = await landing();
    git(path, "config", "merge.autoStash", "true");
    write(path, "a.txt", "mine\n");
    expect(valueOf(await advanceTarget(request))).toMatchObject(setAside);
    expect([head(path), git(path, "stash", "list")]).toEqual([from, ""]);
  });

  test("a detached start has no base: the result is set aside", async () => {
    const { path, from, to, request } = await landing();
    git(path, "checkout", "--quiet", "--detach");
    const advanced = valueOf(await advanceTarget({ ...request, branch: null }));
    expect(advanced).toMatchObject({ ...setAside, reason: "detached" });
    expect([head(path), head(path, "podlane/r1")]).toEqual([from, to]);
  });

  test("a branch under a rebase stays", async () => {
    const { path, from, request } = await landing();
    const editor = ["-c", "sequence.editor=echo break >"];
    git(path, ...editor, "rebase", "--quiet", "-i", "--root", "main");
    expect(valueOf(await advanceTarget(request))).toMatchObject({
      ...setAside,
      reason: "operation_in_progress",
    });
    expect(head(path, "main")).toBe(from);
  });

  test("moves only forward, and only from where it was expected", async () => {
    const { path, from, to, request } = await landing();
    const backwards = { ...request, from: to, to: from };
    expect(refusalOf(await advanceTarget(backwards)).code).toBe("conflict");
    const moved = commitFiles(path, { "other.txt": "o\n" }, "someone else");
    expect(refusalOf(await advanceTarget(request))).toMatchObject({
      code: "conflict",
      data: { reason: "base_moved", current: moved },
    });
    expect(head(path)).toBe(moved);
    git(path, "checkout", "--quiet", "result");
    git(path, "branch", "--quiet", "-D", "main");
    expect(refusalOf(await advanceTarget(request)).code).toBe("not_found");
  });

  test("racing landings: one wins, the other is told where base is", async () => {
    const { path, from, to, request } = await landing();
    git(path, "checkout", "--quiet", "-b", "rival", from);
    const rival = commitFiles(path, { "rival.txt": "r\n" }, "rival");
    const answers = await Promise.all([
      advanceTarget(request),
      advanceTarget({ ...request, to: rival }),
    ]);
    expect(answers.filter((answer) => answer.ok)).toHaveLength(1);
    expect([to, rival]).toContain(head(path, "main"));
  });

  test("what was set aside is never dropped", async () => {
    const { path, from, request } = await landing();
    write(path, "a.txt", "mine\n");
    valueOf(await advanceTarget(request));
    git(path, "stash", "--quiet");
    git(path, "checkout", "--quiet", "-b", "rival", from);
    const to = commitFiles(path, { "rival.txt": "r\n" }, "rival");
    git(path, "checkout", "--quiet", "main");
    git(path, "stash", "pop", "--quiet");
    const refusal = refusalOf(await advanceTarget({ ...request, to }));
    expect(refusal.data).toMatchObject({ reason: "set_aside_diverged" });
  });
});

test("landingTip is base, together with what was set aside", async () => {
  const { path, from, to, request, repository } = await landing();
  const base = { branch: "main", commit: from };
  const tip = async () => valueOf(await landingTip(repository.git, base, "podlane/r1"));
  expect(await tip()).toEqual({ from, tip: { name: "main", commit: from } });
  write(path, "a.txt", "mine\n");
  valueOf(await advanceTarget(request));
  expect(await tip()).toEqual({ from, tip: { name: "main", commit: to } });
  const moved = commitFiles(path, {}, "mine");
  const both = await tip();
  expect(both.from).toBe(moved);
  const advanced = await advanceTarget({ ...request, from: moved, to: both.tip.commit });
  expect(valueOf(advanced).kind).toBe("advanced");
  expect(readFileSync(join(path, "new.txt"), "utf8")).toBe("new\n");
});
