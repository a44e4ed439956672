/** Nobody writes where it does not own: through a script agent and a shell agent in real pods. */
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { PodRecord } from "@podlane/protocol";
import { ScratchWorkspace, valueOf } from "./scratch-workspace.ts";
import { verifies } from "../requirements.ts";

const files = {
  "README.md": "mine\n",
  "src/a/inside.txt": "old\n",
  "src/ab/near.txt": "not lent\n",
};

async function podCalled(workspace: ScratchWorkspace, name: string): Promise<PodRecord> {
  const peer = await workspace.connect();
  if (peer === null) throw new Error("no server runs");
  const { pods } = valueOf(await peer.request("pod.list", { all: true }));
  peer.close();
  const pod = pods.find((found) => found.name === name);
  if (pod === undefined) throw new Error(`no pod ${name}`);
  return pod;
}

async function denialsOf(workspace: ScratchWorkspace, pod: PodRecord) {
  const peer = await workspace.connect();
  if (peer === null) throw new Error("no server runs");
  const subject = `pod:${pod.id}`;
  const { events } = valueOf(await peer.request("log.read", { from: 1, limit: 1_000, subject }));
  peer.close();
  return events
    .filter(({ kind }) => kind === "request.denied")
    .map(({ data }) => data as { method: string; code: string; message: string });
}

test(
  verifies("R161") + "a script agent writes nothing outside its scope, on the record",
  async () => {
    await using workspace = new ScratchWorkspace(files);
    const outside = workspace.beside("outside");
    mkdirSync(outside);
    symlinkSync(outside, join(workspace.repository, "src/a/out"));
    symlinkSync("../ab", join(workspace.repository, "src/a/near"));
    workspace.git("add", "-A");
    workspace.git("commit", "-qm", "links");
    const paths = [
      join(outside, "absolute.txt"),
      join(workspace.repository, "README.md"),
      "../outside.txt",
      "src/a/../../../outside.txt",
      "src/a/../../README.md",
      "src/a/out/file.txt",
      "src/a/near/near.txt",
      "src/ab/near.txt",
      "src/a/hard.txt",
      ".git",
      ".git/config",
      "src/a/.GIT/config",
    ];
    const refused = (path: string) =>
      `  - write_file: ${JSON.stringify({ path, content: "stolen" })}\n` +
      `    expect: refused\n    code: out_of_scope\n`;
    const script = workspace.writeBeside(
      "thief.yaml",
      `on_run:\n  - run_command: { command: "ln README.md src/a/hard.txt" }\n` +
        `${paths.map(refused).join("")}  - run_command: { command: "rm src/a/hard.txt" }\n` +
        `  - write_file: { path: src/a/inside.txt, content: "new" }\n  - say: done\n`,
    );
    const args = ["--agent", `script:${script}`, "--task", "steal", "--scope", "src/a", "--wait"];
    const ended = await workspace.pod(["spawn", "thief", ...args]);
    expect(ended).toMatchObject({ code: 0 });

    const pod = await podCalled(workspace, "thief");
    const { items } = valueOf(await (await workspace.dialPod(pod)).request("get_history", {}));
    const denied = items.filter((item) => item.type === "tool_result" && !item.ok);
    expect(denied).toHaveLength(paths.length);
    expect(
      denied.every((item) => item.type === "tool_result" && item.code === "out_of_scope"),
    ).toBe(true);
    const onLog = await denialsOf(workspace, pod);
    expect(onLog.map(({ method, code }) => `${method} ${code}`)).toEqual(
      paths.map(() => "tool:write_file out_of_scope"),
    );

    const changed = workspace.git("diff", "--name-only", "main", pod.branch ?? "");
    expect(changed).toBe("src/a/inside.txt");
    expect(existsSync(join(outside, "file.txt"))).toBe(false);
    expect(existsSync(join(outside, "absolute.txt"))).toBe(false);
    expect(workspace.read("README.md")).toBe("mine\n");
    expect(workspace.git("status", "--porcelain")).toBe("");
  },
);

test("what a shell agent left out of scope is not committed, but told", async () => {
  await using workspace = new ScratchWorkspace(files);
  const plan = workspace.writeBeside(
    "plan.yaml",
    `version: 1
config: { cleanup_on_complete: false }
tasks:
  - id: messy
    agent: shell
    task: echo new > src/a/inside.txt; echo bad > src/ab/near.txt; echo bad > stray.txt
    scope: [src/a]
merge: { mode: auto }
`,
  );
  const ended = await workspace.pod(["run", plan]);
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stdout).toContain("out of scope, left uncommitted");
  expect(workspace.read("src/a/inside.txt")).toBe("new\n");
  expect(workspace.read("src/ab/near.txt")).toBe("not lent\n");
  expect(existsSync(join(workspace.repository, "stray.txt"))).toBe(false);

  const [denial] = await denialsOf(workspace, await podCalled(workspace, "messy"));
  expect(denial).toMatchObject({ method: "tool:commit", code: "out_of_scope" });
  expect(denial?.message).toContain('"src/ab/near.txt", "stray.txt"');
});
