import { expect, test } from "vitest";
import { verifies } from "../../../../test/requirements.ts";
import { letTimePass, must, serve, type Serving } from "./serving.ts";

const build = { taskType: "build", description: "build it" };

/** Ends so many tasks that those before them leave memory. */
async function endMany(serving: Serving): Promise<void> {
  const peer = await serving.connect("client", { name: "many" });
  for (let n = 0; n < 2_001; n += 1) {
    const { task } = await must(peer, "task.submit", build);
    await must(peer, "task.cancel", { task: task.id });
  }
}

test(
  verifies("R104", "R244") + "an ended task answers at any age, and what depends on it is judged",
  async () => {
    const serving = await serve();
    const peer = await serving.connect();
    const { task: done } = await must(peer, "task.submit", { ...build, inputData: { n: 1 } });
    const { task: failed } = await must(peer, "task.submit", build);
    await must(peer, "task.claim", {});
    await must(peer, "task.complete", { task: done.id, success: true, result: { lines: 12 } });
    await must(peer, "task.claim", {});
    await must(peer, "task.complete", { task: failed.id, success: false });
    const before = await must(peer, "task.get", { task: done.id });
    expect(before.task).toMatchObject({ status: "completed", result: { lines: 12 } });
    await endMany(serving);
    const listed = await must(peer, "task.list", { statuses: ["completed"] });
    expect(listed.tasks).toEqual([]);
    expect(await must(peer, "task.get", { task: done.id })).toEqual(before);
    const dependsOn = [done.id];
    const after = await must(peer, "task.submit", { ...build, dependsOn });
    expect(after.task).toMatchObject({ status: "pending", waitsFor: [], dependsOn });
    const lost = await must(peer, "task.submit", { ...build, dependsOn: [failed.id] });
    expect(lost.task.status).toBe("blocked_by_failure");
    const unknown = await peer.request("task.get", { task: "t999999" });
    expect(unknown).toMatchObject({ ok: false, error: { code: "not_found" } });
  },
  60_000,
);

test(`${verifies("R101")}a waiting claim is answered when there is a task for it`, async () => {
  const serving = await serve();
  const [submitter, first, second] = [
    await serving.connect(),
    await serving.connect("client", { name: "first" }),
    await serving.connect("client", { name: "second" }),
  ];
  const wait = { deadlineMs: 60_000 };
  const waiting = [first, second].map((peer) =>
    must(peer, "task.claim", { taskTypes: ["build"], wait }),
  );
  await must(submitter, "task.submit", { ...build, taskType: "review" });
  const one = await must(submitter, "task.submit", build);
  const two = await must(submitter, "task.submit", build);
  const claimed = (await Promise.all(waiting)).map(({ task }) => task?.id);
  expect(new Set(claimed)).toEqual(new Set([one.task.id, two.task.id]));
});

test("a waiting claim ends at its deadline, and with its caller", async () => {
  const serving = await serve();
  const [submitter, worker] = [await serving.connect(), await serving.connect("client")];
  const answer = await must(worker, "task.claim", { wait: { deadlineMs: 1 } });
  expect(answer).toMatchObject({ task: null, reason: "no_tasks_available" });
  const waiting = worker.request("task.claim", { wait: { deadlineMs: 60_000 } });
  await must(worker, "task.list", {});
  worker.close();
  expect(await waiting).toMatchObject({ ok: false });
  await worker.closed;
  const { task } = await must(submitter, "task.submit", build);
  expect((await must(submitter, "task.get", { task: task.id })).task.status).toBe("pending");
});

test(
  verifies("R170", "R243") +
    "what a connection claims is its registration's, which dies of silence alone",
  async () => {
    const serving = await serve({ deadAfterMs: 8_000 });
    const [operator, silent, alive] = [
      await serving.connect(),
      await serving.connect("client", { name: "ada" }),
      await serving.connect("client", { name: "ada" }),
    ];
    const registered = [
      await must(silent, "registration.register", { capabilities: ["review"] }),
      await must(alive, "registration.register", { capabilities: ["review"] }),
    ].map(({ registration }) => registration.id);
    expect(new Set(registered).size).toBe(2);
    const { task } = await must(operator, "task.submit", build);
    await must(silent, "task.claim", {});
    const claimed = (await must(operator, "task.get", { task: task.id })).task;
    expect(claimed).toMatchObject({ status: "claimed", claimedBy: registered[0] });
    const returned = await letTimePass(serving, async () => {
      await must(alive, "registration.heartbeat", {});
      const now = (await must(operator, "task.get", { task: task.id })).task;
      return now.status === "pending" ? now : null;
    });
    expect(returned.attempts).toMatchObject([{ how: "worker_died" }]);
    const { registrations } = await must(operator, "registration.list", {});
    const statusOf = new Map(registrations.map(({ id, status }) => [id, status]));
    expect(registered.map((id) => statusOf.get(id))).toEqual(["dead", "idle"]);
    const late = await silent.request("registration.heartbeat", {});
    expect(late).toMatchObject({ ok: false, error: { code: "not_found" } });
  },
  60_000,
);

test("another connection takes a registration up with the same credential only", async () => {
  const serving = await serve();
  const connect = (name: string) => serving.connect("client", { name });
  const [first, second, stranger] = [
    await connect("ada"),
    await connect("ada"),
    await connect("eve"),
  ];
  const { registration } = await must(first, "registration.register", {});
  const { id } = registration;
  const refused = await stranger.request("registration.heartbeat", { registration: id });
  expect(refused).toMatchObject({ ok: false, error: { code: "unauthorized" } });
  const heard = await must(second, "registration.heartbeat", { registration: id });
  expect(heard).toEqual({ status: "idle", nextWithinMs: 10_000 });
  const { task } = await must(first, "task.submit", build);
  await must(first, "task.claim", {});
  expect(await must(second, "task.complete", { task: task.id, success: true })).toEqual({
    status: "completed",
  });
});
