/** A pod that is to be woken while nobody can admit its turn, and what becomes of it then. */
import { readFileSync } from "node:fs";
import type { Generation, HistoryItem, Name, PodEvent, PodId } from "@podlane/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { verifies } from "../requirements.ts";
import { Trial } from "./trial/trial.ts";
import type { TrialPod } from "./trial/trial-pod.ts";

const stranger = "pstranger1" as PodId;
let trial: Trial;

beforeAll(() => {
  trial = new Trial({ "a.txt": "a\n" });
});

afterAll(() => trial.close());

/** As a child would send it; whose events a pod takes does not depend on its registry. */
function errored(seq: number): PodEvent {
  const sender = { podId: stranger, podName: "stranger" as Name, generation: 1 as Generation };
  return { kind: "errored", ...sender, seq, at: 1, turn: 1, ...failure };
}

const failure = { message: "boom", code: "internal", fatal: false } as const;

/** The server neither answers nor admits anything while `work` runs. */
async function withoutServer(work: () => Promise<void>): Promise<void> {
  const { pid } = JSON.parse(readFileSync(trial.layout.coordinatorFile, "utf8")) as { pid: number };
  process.kill(pid, "SIGSTOP");
  try {
    await work();
  } finally {
    process.kill(pid, "SIGCONT");
  }
}

async function wake(pod: TrialPod): Promise<void> {
  expect(await pod.caller.call("pod_event", { event: errored(1) })).toEqual({ seq: 1 });
  await pod.waitFor(async () => expect(await pod.status()).toMatchObject({ state: "running" }));
  expect(await pod.notified()).toEqual(["errored stranger in no turn"]);
}

test(
  verifies("R26") + "an event is in history while its turn waits, and the turn shows it once",
  async () => {
    const pod = await trial.spawn("waits", "on_notification: [{ say: heard }]");
    await withoutServer(async () => {
      await wake(pod);
      expect(await pod.caller.call("pod_event", { event: errored(1) })).toEqual({ seq: 1 });
    });
    await pod.turnEnded(1);
    await pod.settled();
    expect(await pod.notified()).toEqual(["errored stranger in 1"]);
  },
);

test("kill -9 between acceptance and turn leaves it in the history, once", async () => {
  const pod = await trial.spawn("dies", "on_notification: [{ say: heard }]");
  await withoutServer(async () => {
    await wake(pod);
    process.kill(pod.pid, "SIGKILL");
  });
  await trial.until(pod.id, "ended");
  const { items } = await trial.json<{ items: HistoryItem[] }>("history", "dies");
  expect(items.filter(({ type }) => type === "notification")).toMatchObject([
    { event: { kind: "errored", seq: 1 }, turn: null, shownInTurn: null },
  ]);
});
