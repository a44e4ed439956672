import { describe, expect, it } from "vitest";
import type { PodId } from "@podlane/protocol";
import { statusOf } from "../../src/core/views.ts";
import { fullBudget, nextKickAtMs, spendKick } from "../../src/core/wake-budget.ts";
import { bodies } from "./events.ts";
import { commitOf, Scenario } from "./scenario.ts";
import { verifies } from "../../../../test/requirements.ts";

describe("coalescing", () => {
  it("makes one turn of twenty events accepted within one window", () => {
    const pod = Scenario.withChild();
    for (let n = 0; n < 20; n++) {
      pod.event(bodies.errored, `pworker${String(n).padStart(4, "0")}` as PodId);
      pod.pass(2);
    }
    expect(pod.asked("request_turn")).toEqual([]);
    pod.pass(10);
    pod.admit();
    expect(pod.asked("start_turn")).toHaveLength(1);
    expect(pod.asked("start_turn")[0]?.notifications).toHaveLength(20);
    expect(pod.state.buffer.entries).toEqual([]);
  });

  it("kicks at once when the window is zero", () => {
    const pod = Scenario.withChild({ settings: { coalesceMs: 0, wakeBudgetPerMinute: 30 } });
    pod.notify();
    expect(pod.state.phase).toBe("running");
  });

  it("gives way to a run that comes first, whose first step drains what waits", () => {
    const pod = Scenario.withChild();
    pod.notify();
    pod.run();
    expect(pod.asked("clear_timer")).toEqual([{ kind: "clear_timer", name: "kick" }]);
    pod.admit();
    expect(pod.asked("start_turn")[0]?.notifications).toEqual([]);
    expect(pod.stepAgent()?.notifications).toHaveLength(1);
    pod.finish();
    pod.pass(120_000);
    expect(pod.asked("request_turn")).toHaveLength(1);
  });
});

describe("re-kick", () => {
  it(`${verifies("R236")}makes another turn of what came after the last drain`, () => {
    const pod = Scenario.withChild();
    pod.run();
    pod.admit();
    pod.stepAgent();
    pod.event(bodies.errored);
    pod.pass(60);
    pod.finish();
    expect(pod.asked("request_turn")).toMatchObject([{ turn: 1 }, { turn: 2 }]);
    pod.admit();
    expect(pod.asked("start_turn").at(-1)?.notifications).toHaveLength(1);
  });

  it("happens after a cancel too, and never while paused", () => {
    const pod = Scenario.withChild();
    pod.run();
    pod.admit();
    pod.pauseNow();
    pod.event(bodies.errored);
    pod.pass(120_000);
    expect(pod.state.phase).toBe("paused");
    pod.call("cancel", { keepPartial: true });
    pod.do({ kind: "turn_closed", turn: 1, result: null });
    expect(pod.asked("request_turn")).toHaveLength(2);
  });
});

describe("notify without autoRun", () => {
  it("wakes nobody, and enters the next turn whatever starts it", () => {
    const pod = Scenario.withChild();
    pod.notify("later", false);
    pod.pass(120_000);
    expect(pod.state.phase).toBe("idle");
    pod.notify("now");
    pod.pass(50);
    pod.admit();
    expect(pod.asked("start_turn")[0]?.notifications).toHaveLength(2);
  });
});

describe("the wake budget", () => {
  function exhausted(): Scenario {
    const pod = Scenario.withChild({ settings: { coalesceMs: 0, wakeBudgetPerMinute: 2 } });
    for (let n = 0; n < 2; n++) {
      pod.notify();
      pod.admit();
      pod.finish(null);
    }
    return pod;
  }

  it("parks further kicks, shows them, and fires them when it refills", () => {
    const pod = exhausted();
    pod.notify();
    pod.notify();
    expect(pod.state.phase).toBe("idle");
    expect(statusOf(pod.state)).toMatchObject({ parkedKicks: 2, buffered: 2, settled: false });
    expect(pod.asked("set_timer").at(-1)).toMatchObject({ name: "wake" });
    pod.pass(30_000);
    expect(pod.state).toMatchObject({ phase: "running", parkedKicks: 0 });
    pod.admit();
    expect(pod.asked("start_turn").at(-1)?.notifications).toHaveLength(2);
  });

  it("is passed by steer and by run", () => {
    const steered = exhausted();
    steered.call("steer", { message: { text: "now" } });
    expect(steered.state.phase).toBe("running");
    const run = exhausted();
    expect(run.run().outcome?.ok).toBe(true);
  });

  it("refills with time, never above its size, and not by a clock set back", () => {
    const spent = spendKick(fullBudget(1, 1_000), 1, 1_000);
    if (spent === null) throw new Error("a full budget pays");
    expect(spendKick(spent, 1, 30_000)).toBeNull();
    expect(nextKickAtMs(spent, 1, 1_000)).toBe(61_000);
    expect(spendKick(spent, 1, 500)).toBeNull();
    expect(spendKick(spent, 1, 61_000)?.tokens).toBe(0);
    expect(spendKick(fullBudget(2, 0), 2, 10 ** 9)?.tokens).toBe(1);
  });
});

describe("what goes upward", () => {
  it("is the end of a user turn, and nothing of a notification turn that changed nothing", () => {
    const pod = Scenario.withChild();
    pod.userTurn(commitOf("a"));
    pod.notify();
    pod.pass(50);
    pod.admit();
    pod.finish(commitOf("a"));
    expect(pod.sent().filter((kind) => kind === "turn_ended")).toHaveLength(1);
  });

  it("is one more turn_ended when notification turns changed the settled result", () => {
    const pod = Scenario.withChild();
    pod.userTurn(commitOf("a"));
    pod.event(bodies.state_changed);
    for (const digit of ["b", "d"]) {
      pod.notify();
      pod.pass(50);
      pod.admit();
      pod.finish(commitOf(digit));
    }
    expect(pod.sent().filter((kind) => kind === "turn_ended")).toHaveLength(1);
    pod.event({ ...bodies.state_changed, state: "idle" });
    const ended = pod.asked("emit").filter(({ event }) => event.kind === "turn_ended");
    expect(ended).toHaveLength(2);
    expect(ended[1]).toMatchObject({ event: { turn: 3, result: { commit: commitOf("d") } } });
  });

  it.each([true, false])("is an error of a notification turn only if fatal (%s)", (fatal) => {
    const pod = Scenario.withChild();
    pod.notify();
    pod.pass(50);
    pod.admit();
    const outcome = { kind: "errored", code: "internal", message: "gone", fatal } as const;
    pod.do({ kind: "agent_done", turn: 1, outcome });
    pod.do({ kind: "turn_closed", turn: 1, result: null });
    expect(pod.sent().filter((kind) => kind === "errored")).toHaveLength(fatal ? 1 : 0);
    expect(pod.asked("report_turn_end")).toMatchObject([{ outcome: "errored", message: "gone" }]);
  });

  it("is an error when a finished turn's work could not be committed", () => {
    const pod = Scenario.withChild();
    pod.run();
    pod.admit();
    pod.do({ kind: "agent_done", turn: 1, outcome: { kind: "finished", summary: "x" } });
    pod.do({ kind: "turn_closed", turn: 1, result: null });
    expect(pod.sent()).toContain("errored");
  });
});

describe("quiet", () => {
  it("is told once everything it said has arrived, and again when its marks change", () => {
    const pod = Scenario.withChild();
    expect(pod.asked("report_quiet")).toEqual([]);
    pod.acknowledge();
    expect(pod.asked("report_quiet")).toHaveLength(1);
    pod.acknowledge();
    expect(pod.asked("report_quiet")).toHaveLength(1);
    pod.event(bodies.artifact_ready);
    expect(pod.asked("report_quiet").at(-1)?.inbox).toEqual({ pchild0001: 1 });
    pod.notify();
    expect(statusOf(pod.state).settled).toBe(false);
  });

  it("waits for the coordinator to record the turn's end", () => {
    const pod = Scenario.withChild();
    pod.userTurn();
    pod.do({ kind: "outbox_acked", seq: pod.state.outbox.lastSeq });
    expect(statusOf(pod.state).settled).toBe(false);
    pod.do({ kind: "turn_reported", turn: 1 });
    expect(statusOf(pod.state).settled).toBe(true);
  });
});

describe("without a coordinator", () => {
  it(
    verifies("R2") + "no turn is asked for; when it is back, the turn and what it missed are",
    () => {
      const pod = Scenario.withChild();
      pod.do({ kind: "coordinator_lost" });
      pod.run();
      expect(pod.asked("request_turn")).toEqual([]);
      expect(pod.state.waiting?.reason).toBe("coordinator");
      pod.do({ kind: "coordinator_found" });
      expect(pod.asked("request_turn")).toMatchObject([{ turn: 1 }]);
      expect(pod.state.waiting?.reason).toBe("admission");
    },
  );
});
