import { accepted, PodId, refused, type SpawnChild } from "@podlane/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createToolHost } from "../../src/tools/create-tool-host.ts";
import type { PodResult } from "../../src/tools/tool-host.ts";
import { toolNames } from "../../src/tools/tool-names.ts";
import { createWorkspace } from "./workspace.ts";

const podId = PodId.parse("pabcdefgh");
const result: PodResult = {
  podId,
  name: "child",
  outcome: "finished",
  result: { summary: "all tidy", artifacts: [], branch: "b", commit: null, usage: z.NEVER },
  message: null,
};

describe("the tool host", () => {
  it("has exactly the tools that scripts are checked against, each with a schema", () => {
    using workspace = createWorkspace();
    const { tools } = createToolHost(workspace.ports);
    expect(new Set(tools.map(({ name }) => name))).toEqual(toolNames);
    const schemas = tools.map(({ params }) => z.toJSONSchema(params, { io: "input" }));
    expect(schemas.every((schema) => schema.type === "object")).toBe(true);
  });

  it("refuses an unknown tool and parameters that do not fit, naming them", async () => {
    using workspace = createWorkspace();
    expect(await workspace.call("fly", {})).toMatchObject({ ok: false, code: "not_found" });
    const wrong = await workspace.call("write_file", { path: 1, content: "x" });
    expect(wrong).toMatchObject({ ok: false, code: "invalid_request" });
    expect(wrong.text).toMatch(/^write_file\.path: /);
    expect(await workspace.call("read_file", null)).toMatchObject({ code: "invalid_request" });
  });

  it("ignores parameters it does not know", async () => {
    using workspace = createWorkspace();
    const written = await workspace.call("write_file", { path: "x", content: "y", mood: "good" });
    expect(written).toMatchObject({ ok: true });
  });

  it("answers a fault of a port as internal", async () => {
    const pods = { list: () => Promise.reject(new Error("the socket is gone")) };
    using workspace = createWorkspace({ pods });
    const answer = await workspace.call("list_pods", {});
    expect(answer).toMatchObject({ ok: false, code: "internal" });
    expect(answer.text).toContain("the socket is gone");
  });

  it("loses no edit of two that come at once", async () => {
    using workspace = createWorkspace({ files: { "n.txt": "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n" } });
    const calls = Array.from({ length: 10 }, (_, line) =>
      workspace.call("apply_patch", { patch: markDone(line) }),
    );
    expect((await Promise.all(calls)).every(({ ok }) => ok)).toBe(true);
    expect(workspace.read("n.txt").match(/done/g)).toHaveLength(10);
  });
});

describe("spawn_pod", () => {
  const files = { "worker.yaml": "on_run:\n  - say: hi\n", "bad.yaml": "on_run:\n  - fly: 1\n" };

  it("asks for a child with the script's source and the parsed scope", async () => {
    const asked: { request: SpawnChild; waitMs: number | null }[] = [];
    const spawn = async (request: SpawnChild, waitMs: number | null) => {
      asked.push({ request, waitMs });
      return accepted({ podId, name: "worker", result: null });
    };
    using workspace = createWorkspace({ files, pods: { spawn } });
    const answer = await workspace.call("spawn_pod", {
      name: "worker",
      agent: "script:worker.yaml",
      task: "tidy",
      scope: ["src/a", "!src/a/b:r:flat"],
      wait: false,
    });
    expect(answer).toMatchObject({ ok: true, content: { name: "worker", result: null } });
    expect(asked[0]).toMatchObject({
      waitMs: null,
      request: {
        agent: { driver: "script", path: "worker.yaml", source: files["worker.yaml"] },
        scope: [
          { effect: "allow", target: "src/a", permission: "write", recursive: true },
          { effect: "deny", target: "src/a/b", permission: "read", recursive: false },
        ],
      },
    });
  });

  it("waits for the result unless told otherwise", async () => {
    using workspace = createWorkspace({
      files,
      pods: {
        spawn: async (_request, waitMs) =>
          accepted({ podId, name: "child", result: waitMs === null ? null : result }),
      },
    });
    const answer = await workspace.call("spawn_pod", { command: ["make"] });
    expect(answer).toMatchObject({
      ok: true,
      text: "child started\nchild: finished: all tidy",
      content: { result: { outcome: "finished", summary: "all tidy", branch: "b" } },
    });
  });

  it.each([
    ["no agent", {}, "invalid_request"],
    ["a shell without a command", { agent: "shell" }, "invalid_request"],
    ["an agent that is not built", { agent: "claude" }, "unsupported"],
    ["a script that is not there", { agent: "script:no.yaml" }, "not_found"],
    ["a script outside the worktree", { agent: "script:../x.yaml" }, "out_of_scope"],
    ["a script with an error", { agent: "script:bad.yaml" }, "invalid_request"],
    ["a bad name", { agent: "script:worker.yaml", name: "../x" }, "invalid_request"],
    ["a bad scope", { agent: "script:worker.yaml", scope: ["/etc"] }, "out_of_scope"],
    ["what the runtime refuses", { agent: "script:worker.yaml" }, "unavailable"],
  ])("refuses %s", async (_name, params, code) => {
    using workspace = createWorkspace({ files });
    expect(await workspace.call("spawn_pod", params)).toMatchObject({ ok: false, code });
  });
});

describe("the tools over children", () => {
  it("wait_pod asks for each name once, and answers with the results", async () => {
    const asked: unknown[] = [];
    const wait = async (names: readonly string[], options: unknown) => {
      asked.push({ names, options });
      return accepted([result]);
    };
    using workspace = createWorkspace({ pods: { wait } });
    const params = { name: "a", names: ["a", "b"], any: true, timeout_seconds: 2 };
    const answer = await workspace.call("wait_pod", params);
    expect(asked).toEqual([{ names: ["a", "b"], options: { mode: "any", timeoutMs: 2_000 } }]);
    expect(answer).toMatchObject({ ok: true, content: { results: [{ name: "child" }] } });
    expect(await workspace.call("wait_pod", {})).toMatchObject({ code: "invalid_request" });
  });

  it("pass refusals on", async () => {
    const missing = refused("not_found", "there is no child ghost");
    using workspace = createWorkspace({ pods: { stop: async () => missing } });
    const answer = await workspace.call("stop_pod", { name: "ghost" });
    expect(answer).toMatchObject({ ok: false, code: "not_found", text: "there is no child ghost" });
  });
});

function markDone(line: number): string {
  const place = `@@ -${line + 1} +${line + 1} @@`;
  return `--- a/n.txt\n+++ b/n.txt\n${place}\n-${line}\n+done ${line}\n`;
}
