/** `isolation_strategy: directory`: pods share the person's checkout, and git is only read. */
import { expect, test } from "vitest";
import { HistoryJson } from "../../packages/cli/src/json/history-json.ts";
import { verifies } from "../requirements.ts";
import { ScratchWorkspace } from "./scratch-workspace.ts";

const files = { "src/a.txt": "a\n", "README.md": "mine\n" };
const directory = "config: { isolation_strategy: directory }\n";

test(
  verifies("R144") + "a plan's pods work in the checkout, one after another, and commit nothing",
  async () => {
    await using workspace = new ScratchWorkspace(files);
    workspace.write({ "mine.txt": "not committed\n", "src/a.txt": "changed by me\n" });
    const head = workspace.git("rev-parse", "HEAD");
    const plan = workspace.writeBeside(
      "plan.yaml",
      `version: 1
${directory}tasks:
  - { id: one, agent: shell, task: "pwd; echo 1 > src/one.txt", scope: [src] }
  - id: two
    agent: shell
    task: "cat src/one.txt > two.txt"
    scope: [two.txt]
    depends_on: [one]
merge: { mode: auto }
`,
    );
    const ended = await workspace.pod(["run", plan]);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toMatch(/^one +done .*nothing to merge/m);
    // What is dirty in a shared checkout is nobody's in particular: no pod is blamed for it.
    expect(ended.stdout).not.toContain("out of scope");
    expect((await workspace.pod(["logs", "one"])).stdout).toBe(`${workspace.repository}\n`);
    expect(workspace.read("two.txt")).toBe("1\n");
    expect(workspace.read("mine.txt")).toBe("not committed\n");
    expect(workspace.read("src/a.txt")).toBe("changed by me\n");
    expect(workspace.git("rev-parse", "HEAD")).toBe(head);
    expect(workspace.git("branch", "--format=%(refname:short)")).toBe("main");
    expect(workspace.git("worktree", "list").split("\n")).toHaveLength(1);
    const status = workspace.git("status", "--porcelain").split("\n").toSorted();
    expect(status).toEqual([" M src/a.txt", "?? mine.txt", "?? src/one.txt", "?? two.txt"]);
    expect(await workspace.pod(["merge", "one"])).toMatchObject({ code: 4 });
  },
);

test("tools keep to the scope there too; the commit step says who commits", async () => {
  await using workspace = new ScratchWorkspace({
    ...files,
    "pod.yaml": "isolation_strategy: directory\n",
  });
  const script = workspace.writeBeside(
    "agent.yaml",
    `on_run:
  - write_file: { path: src/new.txt, content: "new" }
  - write_file: { path: README.md, content: "stolen" }
    expect: refused
    code: out_of_scope
  - commit: "mine"
  - spawn_pod: { name: kid, agent: shell, task: "cat src/new.txt > src/k.txt", scope: [src/k.txt] }
  - say: done
`,
  );
  const args = ["--agent", `script:${script}`, "--task", "go", "--scope", "src", "--wait"];
  const ended = await workspace.pod(["spawn", "worker", ...args]);
  expect(ended).toMatchObject({ code: 0 });
  expect(workspace.read("README.md")).toBe("mine\n");
  expect(workspace.read("src/k.txt")).toBe("new");
  const { items } = HistoryJson.parse(await workspace.json("history", "worker"));
  const refusals = items.filter((item) => item.type === "tool_result" && item["ok"] === false);
  expect(refusals).toMatchObject([{ code: "out_of_scope" }]);
  expect(workspace.git("log", "--format=%s")).toBe("begin");
  expect(await workspace.pod(["kill", "--all"])).toMatchObject({ code: 0 });
  expect(workspace.read("src/new.txt")).toBe("new");
});
