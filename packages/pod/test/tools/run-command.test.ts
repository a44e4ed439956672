import { readFileSync } from "node:fs";
import { join } from "node:path";
import { refused } from "@podlane/protocol";
import { describe, expect, it } from "vitest";
import { isAlive } from "../../src/process/table.ts";
import { hasLivingMember } from "../process/living-group.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";
import { verifies } from "../../../../test/requirements.ts";

const files = { "src/a.txt": "a\n", "top.txt": "top\n" };

describe("run_command", () => {
  it(
    verifies("R115", "R120", "R121") + "answers with exit code, output and an artifact of it",
    async () => {
      using workspace = createWorkspace({ files });
      const result = await workspace.call("run_command", { command: "pwd; echo $POD_NAME >&2" });
      expect(result).toMatchObject({
        ok: true,
        code: null,
        content: { exit_code: 0, signal: null, timed_out: false, out_of_scope: [] },
        artifacts: [{ kind: "output" }],
      });
      expect(result.text).toContain(workspace.root);
      expect(workspace.printed.join("")).toContain("worker");
    },
  );

  it("a command that fails is not ok, and no refusal", async () => {
    using workspace = createWorkspace({ files });
    const result = await workspace.call("run_command", { command: "echo no; exit 3" });
    expect(result).toMatchObject({ ok: false, code: null, content: { exit_code: 3 } });
    expect(result.text).toBe("exit 3\nno");
  });

  it("runs in a folder of the worktree, and in no other", async () => {
    using workspace = createWorkspace({ files });
    const inside = await workspace.call("run_command", { command: "ls", cwd: "src" });
    expect(inside.text).toContain("a.txt");
    const outside = await workspace.call("run_command", { command: "ls", cwd: ".." });
    expect(outside).toMatchObject({ ok: false, code: "out_of_scope" });
    const missing = await workspace.call("run_command", { command: "ls", cwd: "nowhere" });
    expect(missing).toMatchObject({ ok: false, code: "not_found" });
  });

  it(`${verifies("R82", "R112")}takes its claims before it starts`, async () => {
    using workspace = createWorkspace({ files, ensureClaims: () => refused("timeout", "queued") });
    const params = { command: "echo x > src/new.txt", claims: ["proc:test"] };
    const result = await workspace.call("run_command", params);
    expect(result).toMatchObject({ ok: false, code: "timeout" });
    expect(workspace.claimed).toEqual([["proc:test"]]);
    expect(() => workspace.read("src/new.txt")).toThrow("ENOENT");
  });

  it("names what it left outside the scope", async () => {
    using workspace = createWorkspace({ files, writable: ["src"] });
    workspace.write("top.txt", "dirty before\n");
    workspace.write("other.txt", "untouched\n");
    const command = "echo more >> top.txt; echo b > src/b.txt; echo c > c.txt";
    const result = await workspace.call("run_command", { command });
    expect(result).toMatchObject({ ok: true, content: { out_of_scope: ["c.txt", "top.txt"] } });
    expect(result.text).toContain("never committed: c.txt, top.txt");
    expect(workspace.touched).toEqual([{ access: "write", paths: ["src/b.txt"] }]);
  });
});

describe("output", () => {
  it("is cut in the answer, and whole in the artifact", async () => {
    using workspace = createWorkspace({ files });
    const result = await workspace.call("run_command", { command: "seq 1 50000" });
    expect(result.text.length).toBeLessThan(20_000);
    expect(result.text).toMatch(/^exit 0\n1\n2\n[^]*bytes left out[^]*\n50000$/);
    const [artifact] = result.artifacts;
    if (artifact === undefined) throw new Error("no artifact");
    expect(artifact.bytes).toBe(288_894);
    const end = { id: artifact.id, offset: artifact.bytes - 6 };
    const page = await workspace.call("read_artifact", end);
    expect(page).toMatchObject({ ok: true, text: "50000\n", content: { next_offset: null } });
  });

  it("is bounded, however much a command prints", async () => {
    using workspace = createWorkspace({ files });
    const command = "head -c 20000000 /dev/zero | tr '\\0' x";
    const result = await workspace.call("run_command", { command });
    expect(result).toMatchObject({ ok: true, content: { output_bytes: 20_000_000 } });
    expect(result.artifacts[0]?.bytes).toBeLessThan(8 * 1024 * 1024 + 100);
    expect(workspace.printed.join("").length).toBeLessThan(5_000_000);
  });
});

describe("the end of a command", () => {
  it("ends what it left in the background", async () => {
    using workspace = createWorkspace({ files });
    const command = "sleep 1000 & echo $$ > pid; echo done";
    expect(await workspace.call("run_command", { command })).toMatchObject({ ok: true });
    expect(hasLivingMember(pidIn(workspace))).toBe(false);
  });

  it("at its timeout ends its grandchildren too, though they resist", async () => {
    using workspace = createWorkspace({ files });
    const command = "echo $$ > pid; trap '' TERM; sh -c 'sleep 1000 & wait' & wait; sleep 1000";
    const params = { command, timeout_seconds: 0.3 };
    const result = await workspace.call("run_command", params);
    expect(result).toMatchObject({ ok: false, code: "timeout", content: { timed_out: true } });
    expect(hasLivingMember(pidIn(workspace))).toBe(false);
  });

  it.runIf(process.platform === "linux")("reaches a child in a session of its own", async () => {
    using workspace = createWorkspace({ files });
    const stray = "setsid sh -c 'cat /proc/$$/stat > stray; exec sleep 1000'";
    const params = { command: `echo $$ > pid; ${stray} & wait`, timeout_seconds: 0.5 };
    expect(await workspace.call("run_command", params)).toMatchObject({ code: "timeout" });
    const [pid, ...fields] = workspace.read("stray").split(" ");
    expect(isAlive({ pid: Number(pid), startTime: fields[20] ?? "" })).toBe(false);
  });

  it("comes at once when the turn is ended", async () => {
    using workspace = createWorkspace({ files });
    const controller = new AbortController();
    const running = workspace.call(
      "run_command",
      { command: "echo $$ > pid; echo up; sleep 1000" },
      controller.signal,
    );
    await expect.poll(() => workspace.printed.join("")).toContain("up");
    controller.abort();
    expect(await running).toMatchObject({ ok: false, code: "interrupted" });
    expect(hasLivingMember(pidIn(workspace))).toBe(false);
    const late = await workspace.call("run_command", { command: "true" }, controller.signal);
    expect(late).toMatchObject({ ok: false, code: "interrupted" });
  });
});

function pidIn(workspace: Workspace): number {
  return Number(readFileSync(join(workspace.root, "pid"), "utf8"));
}
