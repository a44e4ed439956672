/** Waiting: slots given up, claims lent with a scope, cycles refused with their names. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { script, Trial } from "./trial/trial.ts";

const parentThatWaits = `
on_run:
  - spawn_pod: { name: "{{name}}-now", agent: "script:writer.yaml", task: first, scope: [out] }
  - stop_pod: { name: "{{name}}-now" }
  - spawn_pod: { name: later, agent: "script:writer.yaml", task: b, scope: [out], wait: false }
  - wait_pod: { name: "later" }
  - say: both done
`;
const parentThatHolds = `
on_run:
  - write_file: { path: out/text.txt, content: mine }
  - spawn_pod: { name: heir, agent: "script:writer.yaml", task: other, scope: [out] }
  - say: done
`;
const parentInACycle = `
on_run:
  - run_command: { command: "true", claims: ["proc:cycle"] }
  - spawn_pod: { name: cycler, agent: "script:wants-cycle.yaml", task: go, wait: true }
  - say: done
`;

const wantsCycle = `
on_run:
  - run_command: { command: "true", claims: ["proc:cycle"] }
    expect: refused
    code: deadlock
  - say: refused
`;

let trial: Trial;

beforeAll(() => {
  trial = new Trial({
    "writer.yaml": `on_run: [{ write_file: { path: "out/{{task}}.txt", content: x } }]`,
    "wants-cycle.yaml": wantsCycle,
    "waits.yaml": parentThatWaits,
  });
});

afterAll(() => trial.close());

test("with one slot, a parent that waits for its children finishes", async () => {
  const plan = trial.write(
    "../plan.yaml",
    "version: 1\nconfig: { max_concurrent_agents: 1 }\ntasks:\n" +
      "  - { id: boss, agent: 'script:repo/waits.yaml', task: go, scope: [out] }\n" +
      "merge: { mode: none }\n",
  );
  const stdout = await trial.succeed("run", plan, "--json");
  const summary = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as unknown;
  expect(summary).toMatchObject({ type: "summary", tasks: [{ id: "boss", outcome: "finished" }] });
  await trial.coordinator();
  const admitted = trial.log.events.filter(({ kind }) => kind === "pod.turn_admitted");
  const yielded = trial.log.events.filter(({ kind }) => kind === "pod.turn_yielded");
  expect(yielded).toHaveLength(2);
  expect(admitted.length).toBeGreaterThanOrEqual(5);
});

test("a parent that holds a claim on what it lends, and waits, finishes", async () => {
  const root = await trial.spawn("holder", parentThatHolds, { task: "hold", scope: ["out"] });
  await root.turnEnded(1);
  const { lastTurn } = await root.settled();
  expect(lastTurn).toMatchObject({ outcome: "finished", message: "done" });
  expect(await root.notified()).toEqual([]);
  expect(await root.tool("read_file", { path: "out/text.txt" })).toMatchObject({ ok: true });
});

test("after the loan is home no claim of it is left behind", async () => {
  const { claims } = await (await trial.coordinator()).call("claim.list", {});
  const holder = await trial.podNamed("holder");
  const heir = await trial.podNamed("heir");
  await trial.stop(heir.id);
  await holder.waitFor(async () => {
    const left = await (await trial.coordinator()).call("claim.list", {});
    expect(left.claims).toEqual([]);
  });
  expect(claims.every((claim) => (claim.holder as string) === heir.id)).toBe(true);
});

test("a wait that closes a cycle is refused, and names it", async () => {
  const root = await trial.spawn("circle", parentInACycle, { task: "go" });
  await root.turnEnded(1);
  await root.settled();
  const cycler = await trial.podNamed("cycler");
  const refused = (await cycler.history()).find((item) => item.type === "tool_result");
  expect(refused).toMatchObject({ ok: false, code: "deadlock" });
  const text = refused?.type === "tool_result" ? refused.text : "";
  expect(text).toMatch(
    /cycler waits for proc:cycle held by circle; circle waits for its child cycler/,
  );
});

test("two pods that wait for each other's claims: the second is refused", async () => {
  const take = (mine: string, theirs: string) => `
on_run:
  - run_command: { command: "true", claims: ["proc:${mine}"] }
  - wait_for: { notification: message }
  - run_command: { command: "true", claims: ["proc:${theirs}"] }
`;
  const one = await trial.spawn("one", take("x", "y"), { task: "go" });
  const two = await trial.spawn("two", take("y", "x"), { task: "go" });
  const holds = (unit: string) =>
    trial.event(({ kind, data }) => kind === "claim.queued" && JSON.stringify(data).includes(unit));
  await one.waitFor(async () => {
    const { claims } = await (await trial.coordinator()).call("claim.list", {});
    expect(claims.filter((claim) => claim.state === "granted")).toHaveLength(2);
  });
  await one.notify("go");
  await holds("proc:y");
  await two.notify("go");
  await two.turnEnded(1);
  await one.turnEnded(1);
  const [first, second] = [await one.settled(), await two.settled()];
  expect(first.lastTurn).toMatchObject({ outcome: "finished" });
  expect(second.lastTurn).toMatchObject({ outcome: "errored" });
  expect(second.lastTurn?.message).toMatch(
    /two waits for proc:x held by one; one waits for proc:y/,
  );
});

test("a cancelled wait ends its turn at once, without a slot", async () => {
  const root = await trial.spawn("waiting", "on_run: [{ wait_for: { notification: message } }]", {
    task: "wait",
  });
  await trial.event(
    ({ kind, subject }) => kind === "pod.turn_yielded" && subject === `pod:${root.id}`,
  );
  await root.caller.call("cancel", { keepPartial: true });
  expect(await root.settled()).toMatchObject({ lastTurn: { outcome: "cancelled" } });
});

test("a result that a wait took is not notified again, also when it was a death", async () => {
  const root = await trial.spawn("asker", "on_notification: [{ say: heard }]");
  const child = await root.spawn(
    "mortal",
    script("on_run: [{ wait_for: { notification: message } }]"),
    {
      task: "wait",
    },
  );
  const waited = root.tool("wait_pod", { name: "mortal" });
  process.kill(child.pid, "SIGKILL");
  expect((await waited).text).toContain("killed");
  await root.waitFor(async () => expect(await root.children()).toEqual([]));
  await root.settled();
  expect(await root.notified()).toEqual([]);
  expect(await root.status()).toMatchObject({ turnsTaken: 0 });
});
