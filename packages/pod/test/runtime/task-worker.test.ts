import { accepted, type Outcome, type RegistrationId, refused, type Task } from "@podlane/protocol";
import { expect, test } from "vitest";
import { TaskWorker, type TaskWorkerOptions } from "../../src/runtime/task-worker.ts";

const task = { id: "t7", taskType: "docs", description: "write", inputData: {}, attempts: [] };

/** A worker whose coordinator has one task, and whose pod answers a request for a turn so. */
function workerOf(started: Outcome<{ turn: number }>, phase: "idle" | "stopping" = "idle") {
  const completed = Promise.withResolvers<unknown>();
  let claims = 0;
  const insist = async (method: string, params: unknown): Promise<unknown> => {
    if (method === "task.list") return accepted({ tasks: [] });
    if (method === "task.complete") completed.resolve(params);
    if (method !== "task.claim") return accepted({});
    claims += 1;
    // The second claim waits, as for a task that never comes.
    if (claims > 1) return new Promise(() => {});
    return accepted({ task: task as unknown as Task, fence: 8, reason: null, unmet: [] });
  };
  const runs: string[] = [];
  const coordinator = { insist, ask: insist } as unknown as TaskWorkerOptions["coordinator"];
  let now: "idle" | "stopping" = "idle";
  const worker = new TaskWorker({
    coordinator,
    registration: "p00000001" as RegistrationId,
    taskTypes: ["docs"],
    phase: () => now,
    openTurn: () => null,
    run: ({ id }) => {
      runs.push(id);
      now = phase;
      return Promise.resolve(started);
    },
    cancel: () => {},
    leave: () => {},
    warn: () => {},
  });
  return { worker, runs, completed: completed.promise, claims: () => claims };
}

test("a task that gets no turn fails, and the worker goes on to the next", async () => {
  const { worker, completed, claims } = workerOf(refused("too_large", "the words are too long"));
  await worker.open();
  expect(await completed).toMatchObject({
    task: "t7",
    fence: 8,
    success: false,
    error: { code: "failed", message: "the words are too long" },
  });
  await expect.poll(claims).toBe(2);
  worker.close();
});

test("one that gets no turn because its pod leaves returns with the pod's end", async () => {
  const { worker, runs, claims } = workerOf(refused("unavailable", "it leaves"), "stopping");
  await worker.open();
  await expect.poll(() => runs).toEqual(["t7"]);
  expect(claims()).toBe(1);
  worker.close();
});
