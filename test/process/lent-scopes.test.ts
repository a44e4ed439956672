/** Scopes lent down a tree of real pods: who may write where, and work joined upward. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { script, Trial } from "./trial/trial.ts";

const quiet = script("on_run: []");
const spawnDown = (next: string, scope: string) => `
on_run:
  - spawn_pod: { name: ${next}, agent: "script:${next}.yaml", task: go, scope: [${scope}] }
  - write_file: { path: "deep/{{name}}.txt", content: "{{name}}" }
  - say: "{{name}} is done"
`;

let trial: Trial;

beforeAll(() => {
  trial = new Trial({
    "src/a/a.txt": "a\n",
    "src/b/b.txt": "b\n",
    "top.yaml": spawnDown("middle", "deep/middle.txt, deep/bottom.txt"),
    "middle.yaml": spawnDown("bottom", "deep/bottom.txt"),
    "bottom.yaml":
      "on_run: [{ write_file: { path: deep/bottom.txt, content: bottom } }, { say: deep }]",
  });
});

afterAll(() => trial.close());

test(
  verifies("R232", "R37") +
    "a scope outside the parent's is out_of_scope, with a record on the log",
  async () => {
    const root = await trial.spawn("narrow", "on_run: []", { scope: ["src/a"] });
    const refused = await root.askSpawn("outside", quiet, { scope: ["src/b"] });
    expect(refused).toMatchObject({ ok: false, error: { code: "out_of_scope" } });
    const denied = await trial.event(({ kind }) => kind === "request.denied");
    expect(denied).toMatchObject({ actor: { id: root.id } });
    expect(await root.children()).toEqual([]);
    expect(await root.tool("write_file", { path: "src/a/x", content: "x" })).toMatchObject({
      ok: true,
    });
  },
);

test(
  verifies("R30", "R37", "R235") + "a parent writes in a lent scope only once the child is gone",
  async () => {
    const root = await trial.spawn("lender", "on_run: []");
    const child = await root.spawn("tenant", quiet, { scope: ["src/a"] });
    const write = { path: "src/a/mine.txt", content: "mine" };
    expect(await root.tool("write_file", write)).toMatchObject({ code: "out_of_scope" });
    expect(await root.tool("read_file", { path: "src/a/a.txt" })).toMatchObject({ ok: true });
    expect(await root.tool("stop_pod", { name: "tenant" })).toMatchObject({ ok: true });
    expect((await trial.record(child.id)).exit).toMatchObject({ cause: "requested" });
    expect(await root.tool("write_file", write)).toMatchObject({ ok: true });
  },
);

test(
  verifies("R234") + "what a living grandchild was lent stays lent when the pod between dies",
  async () => {
    const root = await trial.spawn("elder", "on_run: []");
    const middle = await root.spawn("between", quiet, { scope: ["src"] });
    const leaf = await middle.spawn("last", quiet, { scope: ["src/a"] });
    process.kill(middle.pid, "SIGKILL");
    await root.waitFor(async () => {
      expect(await root.children()).toMatchObject([{ name: "last", via: null }]);
    });
    const inLeaf = { path: "src/a/x.txt", content: "x" };
    expect(await root.tool("write_file", inLeaf)).toMatchObject({ code: "out_of_scope" });
    expect(await root.tool("write_file", { ...inLeaf, path: "src/b/x.txt" })).toMatchObject({
      ok: true,
    });
    expect(await leaf.tool("write_file", inLeaf)).toMatchObject({ ok: true });
    await leaf.caller.call("run", { input: [{ type: "text", text: "go" }] });
    await root.waitFor(async () => {
      expect(await root.notified()).toContainEqual(expect.stringMatching(/^turn_ended last in/));
    });
  },
);

test("a message to a child is shown once, and its receipt says so", async () => {
  const root = await trial.spawn("sender", "on_run: []");
  const child = await root.spawn("reader", script("on_notification: [{ say: read }]"));
  const sent = await root.tool("send_to_pod", { name: "reader", message: "hello there" });
  expect(sent).toMatchObject({ ok: true });
  const { receipt } = sent.content as { receipt: { commandId: { client: string; n: number } } };
  const { commandId } = receipt;
  const shown = await child.caller.call("await_receipt", { commandId, state: "shown" });
  expect(shown).toMatchObject({ state: "shown", turn: 1 });
  await child.settled();
  expect(await child.notified()).toEqual(["hello there in 1"]);
  await root.settled();
  expect(await root.notified()).toEqual([]);
});

test("three levels join upward: the grandchild's file lands on base", async () => {
  const plan = trial.write(
    "../plan.yaml",
    "version: 1\ntasks:\n" +
      "  - { id: top, agent: 'script:repo/top.yaml', task: go, scope: [deep] }\n" +
      "merge: { mode: auto }\n",
  );
  await trial.succeed("run", plan, "--json");
  expect(trial.git("ls-tree", "--name-only", "main", "deep/").split("\n")).toEqual([
    "deep/bottom.txt",
    "deep/middle.txt",
    "deep/top.txt",
  ]);
});
