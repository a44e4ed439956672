/** A tree of real pods: what goes up which lane, and what wakes whom. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { script, Trial } from "./trial/trial.ts";

/** Lends on what it was lent, then works until it gets a message. */
const delegating = `
on_run:
  - spawn_pod: { name: "{{name}}-leaf", agent: "script:quiet.yaml", scope: [src/a], wait: false }
  - wait_for: { notification: message }
  - say: work is done
`;
const listening = `
on_run:
  - wait_for: { notification: message }
  - say: one more step
on_notification:
  - say: "heard {{notification.kind}}"
`;
const answering = `
on_notification:
  - say: "heard {{notification.kind}}"
`;

let trial: Trial;

beforeAll(() => {
  trial = new Trial({
    "src/a/a.txt": "a\n",
    "src/b/b.txt": "b\n",
    "quiet.yaml": "on_run:\n  - say: quiet\n",
  });
});

afterAll(() => trial.close());

test(
  verifies("R21", "R22", "R23", "R24", "R26", "R28", "R29", "R32", "R40", "R43") +
    "a grandchild is recorded and wakes nobody; the child's turn end is one notification, one turn",
  async () => {
    const root = await trial.spawn("root", answering);
    const before = { history: await root.history(), status: await root.status() };
    const mid = await root.spawn("mid", script(delegating), { task: "lend on", scope: ["src"] });
    await root.waitFor(async () => {
      const children = await root.children();
      expect(children.map(({ name, via }) => [name, via])).toEqual([
        ["mid", null],
        ["mid-leaf", mid.id],
      ]);
    });
    expect(await root.history()).toEqual(before.history);
    expect(await root.status()).toMatchObject({ state: "idle", turnsTaken: 0, buffered: 0 });
    const { pods } = await trial.json<{ pods: { name: string; children: string[] }[] }>(
      "ps",
      "--tree",
    );
    expect(pods.map(({ name, children }) => [name, children])).toEqual([
      ["root", ["mid"]],
      ["mid", ["mid-leaf"]],
      ["mid-leaf", []],
    ]);

    await mid.notify("go on");
    await root.turnEnded(1);
    await root.settled();
    expect(await root.notified()).toEqual(["turn_ended mid in 1"]);
    expect(await root.status()).toMatchObject({ state: "idle", turnsTaken: 1, buffered: 0 });
    expect(JSON.stringify(await root.history())).not.toContain("mid-leaf");
    expect(JSON.stringify(await root.history())).not.toContain("scope");
  },
);

test(
  verifies("R25", "R33") + "a running parent takes a child's end into its turn, and is not kicked",
  async () => {
    const root = await trial.spawn("runner", listening, { task: "listen" });
    const mid = await root.spawn("run-mid", script(delegating), { task: "go", scope: ["src"] });
    await root.waitFor(async () => expect(await root.children()).toHaveLength(2));
    expect(await root.notified()).toEqual([]);
    await mid.notify("go on");
    await root.waitFor(async () => expect((await root.status()).buffered).toBe(1));
    await root.notify("finish");
    await root.turnEnded(1);
    await root.settled();
    expect(await root.notified()).toEqual(["turn_ended run-mid in 1", "finish in 1"]);
    expect(await root.status()).toMatchObject({ state: "idle", turnsTaken: 1 });
  },
);

test(
  verifies("R25") + "a paused parent buffers a child's end, and shows it when it goes on",
  async () => {
    const root = await trial.spawn("sleeper", listening, { task: "listen" });
    const mid = await root.spawn("sleep-mid", script(delegating), { task: "go", scope: ["src"] });
    await root.caller.call("pause", {});
    await root.notify("a step");
    await root.waitFor(async () => expect((await root.status()).state).toBe("paused"));
    const before = await root.history();
    await mid.notify("go on");
    await root.waitFor(async () => expect((await root.status()).buffered).toBe(2));
    expect(await root.history()).toEqual(before);
    expect(await root.children()).toHaveLength(2);
    expect(await root.status()).toMatchObject({ state: "paused", turnsTaken: 1 });
    await root.caller.call("resume", {});
    await root.turnEnded(1);
    await root.settled();
    expect(await root.notified()).toEqual(["a step in 1", "turn_ended sleep-mid in 1"]);
    expect(await root.status()).toMatchObject({ state: "idle", turnsTaken: 1 });
  },
);

test.each([
  ["turn_ended", "on_run: [{ say: done }]"],
  ["errored", "on_run: [{ fail: broken }]"],
])(`${verifies("R26")}%s of a child wakes an idle parent once`, async (kind, source) => {
  const root = await trial.spawn(`idle-${kind}`.replace("_", "-"), answering);
  await root.spawn(`child-${kind}`.replace("_", "-"), script(source), { task: "go" });
  await root.turnEnded(1);
  await root.settled();
  expect(await root.notified()).toEqual([`${kind} child-${kind.replace("_", "-")} in 1`]);
  expect(await root.status()).toMatchObject({ state: "idle", turnsTaken: 1 });
});

test(`${verifies("R26", "R27")}a killed child wakes an idle parent once`, async () => {
  const root = await trial.spawn("bereft", answering);
  const child = await root.spawn("victim", script("on_run: []"));
  await (await trial.coordinator()).call("pod.kill", { pod: child.id });
  await root.turnEnded(1);
  await root.settled();
  expect(await root.notified()).toEqual(["shut_down victim in 1"]);
  expect(await root.status()).toMatchObject({ state: "idle", turnsTaken: 1 });
  expect(await root.children()).toEqual([]);
});
