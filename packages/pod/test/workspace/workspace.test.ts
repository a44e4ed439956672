import { describe, expect, test } from "vitest";
import { openWorkspace } from "../../src/workspace/open-workspace.ts";
import {
  commitFiles,
  head,
  makeRepository,
  makeWorktree,
  refusalOf,
  status,
  valueOf,
  write,
} from "./fixture.ts";

const setup = { link: ["vendor"], copy: [] };
const request = { message: "turn", scopeFilter: () => true, trailers: { "Podlane-Intent": "i1" } };

describe("the worktree strategy", () => {
  test("commits on its own branch, finds the commit again, and joins a child", async () => {
    const fixture = makeRepository();
    const { path, branch } = await makeWorktree(fixture, "agent/t/1");
    const workspace = openWorkspace({ strategy: "worktree", path, branch, setup });
    write(path, "b.txt", "b\n");
    write(path, "vendor/x", "x\n");
    expect((await workspace.dirty()).map((file) => file.path)).toEqual(["b.txt"]);
    expect(await workspace.diffStat({ base: "main" })).toHaveLength(1);
    const { commit, left } = valueOf(await workspace.commitDirty(request));
    expect([commit, left]).toEqual([await workspace.head(), []]);
    expect(await workspace.findCommit({ key: "Podlane-Intent", value: "i1" })).toBe(commit);
    const child = await makeWorktree(fixture, "agent/t/2", head(path));
    const joined = commitFiles(child.path, { "c.txt": "c\n" }, "c");
    const answer = valueOf(await workspace.join({ child: joined, message: "Join" }));
    expect(answer).toEqual({ kind: "fast_forward", commit: joined });
    expect((await workspace.snapshot("p1")).commit).toBe(joined);
    expect(head(fixture.path)).not.toBe(joined);
  });
});

describe("the directory strategy", () => {
  test("works in the checkout and never commits there", async () => {
    const fixture = makeRepository();
    const place = { path: fixture.path, branch: null, setup };
    const workspace = openWorkspace({ ...place, strategy: "directory" });
    expect([workspace.path, workspace.branch]).toEqual([fixture.path, null]);
    write(fixture.path, "b.txt", "b\n");
    const before = await workspace.head();
    expect(valueOf(await workspace.commitDirty(request))).toEqual({
      commit: null,
      head: before,
      files: [],
      left: [],
    });
    expect((await workspace.diffText({ base: "HEAD" })).text).toContain("+++ b/b.txt");
    const refusal = refusalOf(await workspace.join({ child: "x", message: "" }));
    expect(refusal.code).toBe("unsupported");
    expect(await workspace.findCommit({ key: "Podlane-Intent", value: "i1" })).toBeNull();
    expect([head(fixture.path), status(fixture.path)]).toEqual([before, "?? b.txt"]);
  });
});
