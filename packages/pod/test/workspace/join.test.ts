import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { joinBranch } from "../../src/workspace/join.ts";
import {
  commitFiles,
  git,
  head,
  makeRepository,
  makeWorktree,
  refusalOf,
  status,
  valueOf,
  write,
} from "./fixture.ts";
import { verifies } from "../../../../test/requirements.ts";

/** A parent and a child whose branch starts at the parent's head. */
async function family(files?: Record<string, string>) {
  const fixture = makeRepository(files);
  const parent = (await makeWorktree(fixture, "agent/t/parent")).path;
  const child = (await makeWorktree(fixture, "agent/t/child", head(parent))).path;
  const request = {
    worktree: parent,
    branch: "agent/t/parent",
    child: "agent/t/child",
    message: "Join child",
  };
  const joinChild = (revision = request.child) => joinBranch({ ...request, child: revision });
  return { fixture, parent, child, request, joinChild };
}

describe("joinBranch", () => {
  test("fast-forwards, and again is already done", async () => {
    const { parent, child, joinChild } = await family();
    const commit = commitFiles(child, { "b.txt": "b\n" }, "b");
    expect(valueOf(await joinChild())).toEqual({ kind: "fast_forward", commit });
    expect(valueOf(await joinChild())).toEqual({ kind: "already", commit });
    expect(status(parent)).toBe("");
  });

  test("merges beside the parent's dirty work, which stays as it is", async () => {
    const { parent, child, joinChild } = await family();
    const ours = commitFiles(parent, { "ours.txt": "1\n" }, "ours");
    const theirs = commitFiles(child, { "theirs.txt": "1\n" }, "theirs");
    write(parent, "a.txt", "dirty\n");
    write(parent, "new.txt", "new\n");
    const { kind, commit } = valueOf(await joinChild());
    expect(kind).toBe("merged");
    expect(git(parent, "log", "-1", "--format=%P %s", commit)).toBe(`${ours} ${theirs} Join child`);
    expect(status(parent)).toBe(" M a.txt\n?? new.txt");
    expect(readFileSync(join(parent, "theirs.txt"), "utf8")).toBe("1\n");
    expect(git(parent, "symbolic-ref", "--short", "HEAD")).toBe("agent/t/parent");
  });

  test("joins the settled commit, not what the branch has gained since", async () => {
    const { parent, child, request } = await family();
    const commit = commitFiles(child, { "b.txt": "b\n" }, "settled");
    const later = commitFiles(child, { "c.txt": "c\n" }, "later");
    git(child, "update-ref", `refs/heads/${commit}`, later);
    valueOf(await joinBranch({ ...request, child: commit }));
    expect(head(parent)).toBe(commit);
  });

  test(
    verifies("R156", "R162") +
      "a conflict names files and both branches, and leaves nothing half merged",
    async () => {
      const { parent, child, joinChild } = await family({ "a.txt": "a\n", "b.txt": "b\n" });
      const ours = commitFiles(parent, { "a.txt": "ours\n" }, "ours");
      commitFiles(child, { "a.txt": "theirs\n", "b.txt": "theirs\n" }, "theirs");
      const refusal = refusalOf(await joinChild());
      expect(refusal).toMatchObject({
        code: "conflict",
        data: {
          reason: "merge_conflict",
          files: ["a.txt"],
          branches: ["agent/t/parent", "agent/t/child"],
        },
      });
      expect([head(parent), status(parent)]).toEqual([ours, ""]);
    },
  );

  test.each([
    ["dirty", "a.txt", "a.txt"],
    ["untracked", "new.txt", "new.txt"],
    ["ignored", "x.log", "x.log"],
    ["an untracked folder where a file comes", "new.txt/inner", "new.txt/inner"],
  ])("%s files in the way are not overwritten", async (_, mine, named) => {
    const { parent, child, joinChild } = await family({ "a.txt": "a\n", ".gitignore": "*.log\n" });
    const before = head(parent);
    commitFiles(child, { "a.txt": "theirs\n", "new.txt": "theirs\n" }, "theirs");
    write(child, "x.log", "theirs\n");
    git(child, "add", "--force", "x.log");
    git(child, "commit", "--quiet", "-m", "log");
    write(parent, mine, "mine\n");
    const refusal = refusalOf(await joinChild());
    expect(refusal).toMatchObject({
      code: "conflict",
      data: { reason: "dirty_files", files: [named] },
    });
    expect(readFileSync(join(parent, mine), "utf8")).toBe("mine\n");
    expect(head(parent)).toBe(before);
  });

  test("refuses when the parent is on another branch or in the middle of a merge", async () => {
    const { parent, child, joinChild } = await family();
    commitFiles(child, { "b.txt": "b\n" }, "b");
    git(parent, "checkout", "--quiet", "-b", "elsewhere");
    expect(refusalOf(await joinChild()).data).toMatchObject({ reason: "moved" });
    git(parent, "checkout", "--quiet", "agent/t/parent");
    git(parent, "merge", "--quiet", "--no-commit", "--no-ff", "agent/t/child");
    const data = refusalOf(await joinChild()).data;
    expect(data).toMatchObject({ reason: "operation_in_progress" });
  });

  test("refuses a busy index and a child that is not there", async () => {
    const { fixture, parent, child, request, joinChild } = await family();
    commitFiles(child, { "b.txt": "b\n" }, "b");
    write(fixture.path, ".git/worktrees/agent-t-parent/index.lock", "");
    expect(refusalOf(await joinChild())).toMatchObject({ code: "busy" });
    const absent = "1".repeat(40);
    expect(refusalOf(await joinBranch({ ...request, child: absent })).code).toBe("not_found");
    expect(head(parent)).not.toBe(head(child));
  });

  test("unrelated histories are a conflict", async () => {
    const { child, joinChild } = await family();
    git(child, "checkout", "--quiet", "--orphan", "new");
    commitFiles(child, { "b.txt": "b\n" }, "root");
    const refusal = refusalOf(await joinChild("new"));
    expect(refusal).toMatchObject({ code: "conflict", data: { reason: "unrelated", files: [] } });
  });
});
