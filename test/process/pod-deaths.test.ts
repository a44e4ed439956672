/** Processes that die at any moment: what their parents hear of it, once and in order. */
import { existsSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { processesNaming } from "./trial/processes.ts";
import { script, Trial } from "./trial/trial.ts";

const quiet = script("on_run:\n  - say: quiet\n");
const children = 20;

let trial: Trial;

beforeAll(() => {
  trial = new Trial({ "src/a/a.txt": "a\n", "src/b/b.txt": "b\n" });
});

afterAll(() => trial.close());

test(
  verifies("R26", "R30", "R136", "R234") +
    "kill -9 of a child is one shut_down; its scope is home and its worktree kept",
  async () => {
    const root = await trial.spawn("root", "on_notification: [{ say: heard }]");
    const child = await root.spawn("child", quiet, { scope: ["src/a"] });
    expect(await child.tool("write_file", { path: "src/a/new.txt", content: "new" })).toMatchObject(
      {
        ok: true,
      },
    );
    expect(await root.tool("write_file", { path: "src/a/x", content: "x" })).toMatchObject({
      ok: false,
      code: "out_of_scope",
    });
    process.kill(child.pid, "SIGKILL");
    await root.turnEnded(1);
    await root.settled();
    expect(await root.notified()).toEqual(["shut_down child in 1"]);
    const [notification] = await root.notifications();
    expect(notification).toMatchObject({
      event: { kind: "shut_down", cause: "killed", dirty: ["src/a/new.txt"] },
    });
    expect(await root.children()).toEqual([]);
    const coordinator = await trial.coordinator();
    expect((await coordinator.call("scope.get", { pod: root.id })).loans).toEqual([]);
    expect(await root.tool("write_file", { path: "src/a/x", content: "x" })).toMatchObject({
      ok: true,
    });
    const { worktree, exit } = await trial.record(child.id);
    expect(exit).toMatchObject({ cause: "killed", signal: "SIGKILL" });
    expect(existsSync(`${worktree}/src/a/new.txt`)).toBe(true);
  },
);

test(
  verifies("R136", "R158") +
    "the agent's process dies: the parent hears errored fatal, the pod lives on",
  async () => {
    const root = await trial.spawn("agent-root", "on_notification: [{ say: heard }]");
    const child = await root.spawn("crasher", script("on_run: [{ crash: true }]"), { task: "die" });
    await root.turnEnded(1);
    await root.settled();
    expect(await root.notifications()).toMatchObject([
      { event: { kind: "errored", fatal: true }, shownInTurn: 1 },
    ]);
    expect((await trial.record(child.id)).exit).toBe(null);
    expect(await child.status()).toMatchObject({ state: "idle" });
  },
);

test(
  verifies("R35") + "what a killed child could not deliver comes in order, its shut_down last",
  async () => {
    const root = await trial.spawn("deaf", "on_notification: [{ say: heard }]");
    const child = await root.spawn("speaker", quiet);
    process.kill(root.pid, "SIGSTOP");
    await child.caller.call("run", { input: [{ type: "text", text: "go" }] });
    await child.turnEnded(1);
    process.kill(child.pid, "SIGKILL");
    await trial.until(child.id, "ended");
    process.kill(root.pid, "SIGCONT");
    await root.waitFor(async () => expect(await root.children()).toEqual([]));
    await root.settled();
    const events = (await root.notified()).map((line) => line.replace(/ in .*/, ""));
    expect(events).toEqual(["turn_ended speaker", "shut_down speaker"]);
  },
);

test(
  verifies("R26", "R33") + "twenty children that finish together are all heard, once each",
  async () => {
    const root = await trial.spawn("crowded", "on_notification: [{ say: heard }]");
    const names = Array.from({ length: children }, (_, index) => `one-${index + 1}`);
    const pods = await Promise.all(names.map((name) => root.spawn(name, quiet)));
    await Promise.all(
      pods.map((pod) => pod.caller.call("run", { input: [{ type: "text", text: "go" }] })),
    );
    await Promise.all(pods.map((pod) => pod.turnEnded(1)));
    await root.settled();
    const heard = (await root.notified()).map((line) => line.replace(/ in .*/, ""));
    expect(heard.toSorted()).toEqual(names.map((name) => `turn_ended ${name}`).toSorted());
    const unshown = (await root.notifications()).filter((item) => item.shownInTurn === null);
    expect(unshown).toEqual([]);
  },
);

const spawnsTheUnstartable = `
on_run:
  - write_file: { path: src/b/block, content: "" }
  - spawn_pod: { name: broken, command: "true", scope: [src/b] }
    expect: refused
    code: unavailable
  - write_file: { path: src/b/x, content: x }
`;

test("a child whose set-up fails is refused with its output, and its scope is home", async () => {
  trial.write("../picky.yaml", spawnsTheUnstartable);
  const plan = trial.write(
    "../plan.yaml",
    "version: 1\ntasks: [{ id: picky, agent: 'script:picky.yaml', task: go, scope: [src] }]\n" +
      "setup: { run: 'test ! -e src/b/block || { echo blocked; exit 1; }' }\n" +
      "merge: { mode: none }\n",
  );
  const printed = await trial.succeed("run", plan, "--json");
  const exited = printed.split("\n").find((line) => line.includes('"pod.exited"')) ?? "{}";
  expect(JSON.parse(exited)).toMatchObject({
    data: { exit: { cause: "crashed", lastOutput: expect.stringContaining("blocked") } },
  });
});

test("the server dies: pods go on, and the next one takes them over", async () => {
  const root = await trial.spawn("orphan", "on_notification: [{ say: heard }]");
  const child = await root.spawn("kept", quiet);
  const doomed = await root.spawn("doomed", quiet);
  const coordinator = await trial.coordinator();
  const { pid } = await coordinator.call("server.status", {});
  process.kill(pid, "SIGKILL");
  await coordinator.peer.closed;
  await child.caller.call("run", { input: [{ type: "text", text: "go" }] });
  process.kill(doomed.pid, "SIGKILL");
  await root.waitFor(async () => {
    expect(processesNaming(trial.folder).map((found) => found.pid)).not.toContain(doomed.pid);
  });
  await trial.spawn("newcomer", "on_run: []");
  await child.turnEnded(1);
  await trial.until(doomed.id, "ended");
  await root.settled();
  const events = (await root.notified()).map((line) => line.replace(/ in .*/, ""));
  expect(events.toSorted()).toEqual(["shut_down doomed", "turn_ended kept"]);
  expect((await trial.record(doomed.id)).exit).toMatchObject({ cause: "lost" });
});

test("pods of another workspace with the same ids are nobody's leftovers", async () => {
  const other = new Trial({ "a.txt": "a\n" });
  const root = await other.spawn("namesake", "on_run: []");
  const own = await trial.record(root.id);
  expect(own.id).toBe(root.id);
  await trial.stop(root.id);
  expect(await root.status()).toMatchObject({ state: "idle" });
  await other.close();
});
