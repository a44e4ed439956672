import { describe, expect, it } from "vitest";
import type { CoreMethod } from "../../src/core/input.ts";
import { Scenario } from "./scenario.ts";

type At = "starting" | "idle" | "running" | "paused" | "stopping";

/** What a method is answered, and where the pod is after it. */
const table: { readonly [M in CoreMethod]: Readonly<Record<At, readonly [string, At]>> } = {
  run: {
    starting: ["queued", "starting"],
    idle: ["ok", "running"],
    running: ["already_running", "running"],
    paused: ["ok", "running"],
    stopping: ["unavailable", "stopping"],
  },
  notify: {
    starting: ["queued", "starting"],
    idle: ["ok", "idle"],
    running: ["ok", "running"],
    paused: ["ok", "paused"],
    stopping: ["unavailable", "stopping"],
  },
  steer: {
    starting: ["queued", "starting"],
    idle: ["ok", "idle"],
    running: ["ok", "running"],
    paused: ["ok", "paused"],
    stopping: ["unavailable", "stopping"],
  },
  pause: {
    starting: ["queued", "starting"],
    idle: ["not_running", "idle"],
    running: ["ok", "running"],
    paused: ["not_running", "paused"],
    stopping: ["unavailable", "stopping"],
  },
  resume: {
    starting: ["queued", "starting"],
    idle: ["not_paused", "idle"],
    running: ["not_paused", "running"],
    paused: ["ok", "running"],
    stopping: ["unavailable", "stopping"],
  },
  cancel: {
    starting: ["queued", "starting"],
    idle: ["not_running", "idle"],
    running: ["queued", "running"],
    paused: ["queued", "running"],
    stopping: ["unavailable", "stopping"],
  },
  shutdown: {
    starting: ["queued", "starting"],
    idle: ["ok", "stopping"],
    running: ["ok", "stopping"],
    paused: ["ok", "stopping"],
    stopping: ["unavailable", "stopping"],
  },
};

const params: { readonly [M in CoreMethod]: unknown } = {
  run: { input: [{ type: "text", text: "go" }] },
  notify: { message: { text: "hi" }, autoRun: true },
  steer: { message: { text: "hi" } },
  pause: {},
  resume: {},
  cancel: { keepPartial: true },
  shutdown: { deadlineMs: 1_000, cause: "requested" },
};

export function podAt(at: At): Scenario {
  if (at === "starting") return new Scenario();
  const pod = Scenario.withChild();
  if (at === "idle") return pod;
  pod.run();
  pod.admit();
  if (at === "paused") pod.pauseNow();
  if (at === "stopping") pod.call("shutdown", params.shutdown);
  return pod;
}

describe("methods, in every state", () => {
  for (const method of Object.keys(table) as CoreMethod[]) {
    for (const at of Object.keys(table[method]) as At[]) {
      const [answer, then] = table[method][at];
      it(`${method} while ${at}: ${answer}, then ${then}`, () => {
        const pod = podAt(at);
        expect(pod.state.phase).toBe(at);
        const { outcome } = pod.call(method, params[method]);
        const code = outcome === undefined ? "queued" : outcome.ok ? "ok" : outcome.error.code;
        expect([code, pod.state.phase]).toEqual([answer, then]);
      });
    }
  }
});

describe("what was queued while starting", () => {
  it("is answered in order once the pod is up", () => {
    const pod = podAt("starting");
    pod.run();
    pod.run();
    expect(pod.asked("reply")).toEqual([]);
    pod.do({ kind: "booted", agentResumes: false });
    expect(pod.asked("reply").map(({ outcome }) => outcome.ok)).toEqual([true, false]);
    expect(pod.state.phase).toBe("running");
  });

  it("is bounded: more is refused busy", () => {
    const pod = podAt("starting");
    for (let n = 0; n < 1_024; n++) pod.notify();
    expect(pod.notify().outcome).toMatchObject({ ok: false, error: { code: "busy" } });
  });
});

describe("run on a paused pod", () => {
  it("closes the paused turn as it is and starts the new one", () => {
    const pod = podAt("paused");
    expect(pod.run("other").outcome).toEqual({ ok: true, value: { turn: 2 } });
    expect(pod.asked("end_turn")).toMatchObject([{ turn: 1, keepPartial: true }]);
    expect(pod.asked("persist").map(({ record }) => record)).toContainEqual({
      kind: "calls_interrupted",
      turn: 1,
    });
    pod.do({ kind: "turn_closed", turn: 1, result: null });
    expect(pod.asked("request_turn").map(({ turn }) => turn)).toEqual([1, 2]);
    pod.admit();
    expect(pod.asked("start_turn").map(({ turn }) => turn)).toEqual([1, 2]);
    expect(pod.sent().filter((kind) => kind === "turn_stopped")).toHaveLength(1);
  });
});

describe("a slot given twice", () => {
  it("starts the agent once and answers no step that was not taken", () => {
    const pod = podAt("running");
    pod.admit();
    expect(pod.asked("start_turn")).toHaveLength(1);
    expect(pod.asked("deliver")).toEqual([]);
  });
});

describe("cancel", () => {
  it("is answered when the turn has closed", () => {
    const pod = podAt("running");
    const { outcome } = pod.call("cancel", { keepPartial: false });
    expect(outcome).toBeUndefined();
    expect(pod.asked("end_turn")).toMatchObject([{ keepPartial: false, outcome: "cancelled" }]);
    pod.do({ kind: "turn_closed", turn: 1, result: null });
    expect(pod.asked("reply").at(-1)?.outcome).toEqual({ ok: true, value: {} });
    expect(pod.state.phase).toBe("idle");
    expect(pod.sent()).toContain("turn_stopped");
  });

  it("withdraws a turn that only waits for its slot, without starting the agent", () => {
    const pod = Scenario.withChild();
    pod.run();
    expect(pod.call("cancel", { keepPartial: true }).outcome?.ok).toBe(true);
    expect(pod.asked("report_turn_end")).toMatchObject([{ turn: 1, outcome: "cancelled" }]);
    pod.do({ kind: "turn_admitted", turn: 1 });
    expect(pod.asked("start_turn")).toEqual([]);
  });
});

describe("pause and resume", () => {
  it("holds the agent at its next step and lets it go on at the same one", () => {
    const pod = podAt("running");
    pod.call("pause");
    expect(pod.state.phase).toBe("running");
    expect(pod.stepAgent()).toMatchObject({ proceed: "pause", notifications: [] });
    pod.notify("while paused");
    pod.call("resume");
    expect(pod.asked("request_turn").at(-1)).toMatchObject({ turn: 1, resumed: true });
    pod.admit();
    expect(pod.asked("deliver").at(-1)).toMatchObject({ turn: 1, proceed: "go" });
    expect(pod.asked("deliver").at(-1)?.notifications).toHaveLength(1);
    expect(pod.asked("start_turn")).toHaveLength(1);
  });

  it("makes a resumed notification turn one that reports upward", () => {
    const pod = Scenario.withChild();
    pod.notify();
    pod.pass(50);
    pod.admit();
    pod.pauseNow();
    expect(pod.sent()).not.toContain("turn_stopped");
    pod.call("resume");
    pod.admit();
    pod.finish();
    expect(pod.sent()).toContain("turn_ended");
  });
});

describe("shutdown", () => {
  it("leaves at once when idle", () => {
    const pod = podAt("idle");
    pod.call("shutdown", { deadlineMs: 1_000, cause: "finished" });
    expect(pod.asked("exit")).toEqual([{ kind: "exit", cause: "finished" }]);
  });

  it("ends the running turn first", () => {
    const pod = podAt("stopping");
    expect(pod.asked("exit")).toEqual([]);
    expect(pod.asked("end_turn")).toMatchObject([{ turn: 1, outcome: "cancelled" }]);
    pod.do({ kind: "turn_closed", turn: 1, result: null });
    expect(pod.asked("exit")).toHaveLength(1);
  });

  it("leaves at the deadline even if the turn did not close, and only once", () => {
    const pod = podAt("stopping");
    pod.do({ kind: "timer", name: "shutdown" });
    pod.do({ kind: "turn_closed", turn: 1, result: null });
    expect(pod.asked("exit")).toHaveLength(1);
  });

  it("tells the senders of messages that no turn will take", () => {
    const pod = Scenario.withChild();
    pod.notify("hello", false);
    pod.call("shutdown", { deadlineMs: 1_000, cause: "requested" });
    expect(pod.asked("receipt_changed").at(-1)?.receipt).toMatchObject({ state: "dead" });
  });
});
