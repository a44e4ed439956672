/** Pods whose processes die and start again: what stays theirs, and what their parents hear. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { script, Trial } from "./trial/trial.ts";
import type { TrialPod } from "./trial/trial-pod.ts";

const quiet = script("on_run:\n  - say: quiet\n");
const twice = { maxRestarts: 2 };

let trial: Trial;

beforeAll(() => {
  trial = new Trial({ "src/a/a.txt": "a\n", "src/b/b.txt": "b\n" });
});

afterAll(() => trial.close());

/** Kills the pod's process, and answers the pod once its next generation is ready. */
async function killed(pod: TrialPod): Promise<TrialPod> {
  const { generation } = pod.record;
  process.kill(pod.pid, "SIGKILL");
  await trial.event(
    ({ kind, subject, data }) =>
      kind === "pod.ready" &&
      subject === `pod:${pod.id}` &&
      (data as { generation: number }).generation > generation,
  );
  return trial.pod(pod.id);
}

test(
  verifies("R239") + "kill -9 within the policy: the pod is back, with its children and scope",
  async () => {
    const root = await trial.spawn("root", "on_notification: [{ say: heard }]");
    const middle = await root.spawn("middle", quiet, { scope: ["src/a"], restart: twice });
    const leaf = await middle.spawn("leaf", quiet, { scope: ["src/a/deep"] });
    await middle.tool("write_file", { path: "src/a/mine.txt", content: "mine" });
    const again = await killed(middle);
    expect(again.record.generation).toBe(2);
    expect(await again.status()).toMatchObject({ state: "idle" });
    expect((await again.children()).map((child) => child.name)).toEqual(["leaf"]);
    expect(await again.tool("read_file", { path: "src/a/mine.txt" })).toMatchObject({ ok: true });
    expect(await again.tool("write_file", { path: "src/a/b", content: "b" })).toMatchObject({
      ok: true,
    });
    expect(await again.tool("write_file", { path: "src/a/deep/x", content: "x" })).toMatchObject({
      ok: false,
      code: "out_of_scope",
    });
    expect(await root.tool("write_file", { path: "src/a/x", content: "x" })).toMatchObject({
      ok: false,
      code: "out_of_scope",
    });
    await leaf.caller.call("run", { input: [{ type: "text", text: "go" }] });
    await leaf.turnEnded(1);
    await again.settled();
    await root.settled();
    expect(await again.notified()).toEqual([expect.stringContaining("turn_ended leaf")]);
    // Of the restart, which is the control lane's, nothing entered the root's history: only of the
    // result that the leaf's work changed.
    expect(await root.notified()).toEqual(["turn_ended middle in 1"]);
  },
);

test("a turn that the death broke off is taken again, and reports once", async () => {
  const root = await trial.spawn("patient", "on_notification: [{ say: heard }]");
  const held = await root.spawn(
    "held",
    script(
      "on_run:\n  - run_command: { command: 'until test -e go; do sleep 0.05; done' }\n" +
        "  - say: through\n",
    ),
    { restart: twice, scope: ["src/b"] },
  );
  await held.caller.call("run", { input: [{ type: "text", text: "go" }] });
  await held.waitFor(async () => expect(await held.status()).toMatchObject({ state: "running" }));
  const again = await killed(held);
  trial.write(`../${again.record.worktree?.split(`${trial.folder}/`)[1] ?? ""}/go`, "");
  await root.turnEnded(1);
  await root.settled();
  const heard = (await root.notified()).map((line) => line.replace(/ in .*/, ""));
  expect(heard).toEqual(["turn_ended held"]);
  const kinds = (await again.history()).flatMap((item) =>
    item.type === "system" ? [item.event.kind] : [],
  );
  expect(kinds).toContain("restarted");
});

test("restarts used up: one shut_down, the scope is home, and ps says quarantined", async () => {
  const root = await trial.spawn("watcher", "on_notification: [{ say: heard }]");
  let child = await root.spawn("frail", quiet, { scope: ["src/b"], restart: { maxRestarts: 1 } });
  child = await killed(child);
  process.kill(child.pid, "SIGKILL");
  await root.turnEnded(1);
  await root.settled();
  expect(await root.notified()).toEqual(["shut_down frail in 1"]);
  expect(await root.children()).toEqual([]);
  expect(await trial.record(child.id)).toMatchObject({ state: "crashed", quarantined: true });
  expect(await trial.succeed("ps", "-a")).toMatch(/frail\t.*quarantined: killed again after 1/);
  expect(await root.tool("write_file", { path: "src/b/x", content: "x" })).toMatchObject({
    ok: true,
  });
});

test("pod restart: a new process in the same place, counted against no policy", async () => {
  const pod = await trial.spawn("renewed", "on_run: [{ say: hi }]");
  await pod.notify("keep this");
  const printed = await trial.succeed("restart", "renewed");
  expect(printed).toBe("renewed runs as generation 2\n");
  const again = await trial.pod(pod.id);
  expect(again.pid).not.toBe(pod.pid);
  expect(again.record).toMatchObject({ worktree: pod.record.worktree, restarts: { used: 0 } });
  const { status, stderr } = await trial.run("restart", "nobody");
  expect(status).toBe(3);
  expect(stderr).toContain("nobody");
});

test("what a dying server left unsaid of a dead pod, the next one says", async () => {
  const root = await trial.spawn("deaf", "on_notification: [{ say: heard }]");
  const child = await root.spawn("speaker", quiet);
  process.kill(root.pid, "SIGSTOP");
  process.kill(child.pid, "SIGKILL");
  await trial.until(child.id, "ended");
  const coordinator = await trial.coordinator();
  const { pid } = await coordinator.call("server.status", {});
  process.kill(pid, "SIGKILL");
  await coordinator.peer.closed;
  process.kill(root.pid, "SIGCONT");
  await trial.spawn("newcomer", "on_run: []");
  await root.turnEnded(1);
  await root.settled();
  expect(await root.notified()).toEqual(["shut_down speaker in 1"]);
});
