import { describe, expect, it } from "vitest";
import type { SessionRecord } from "../../src/core/record.ts";
import { maxBufferedEntries } from "../../src/core/limits.ts";
import { bodies, visibleKinds } from "./events.ts";
import { child, Scenario } from "./scenario.ts";
import { verifies } from "../../../../test/requirements.ts";

const atOnce = { settings: { coalesceMs: 0, wakeBudgetPerMinute: 30 } };

function recordsOf(pod: Scenario): SessionRecord["kind"][] {
  return pod.asked("persist", pod.last).map(({ record }) => record.kind);
}

function shownIn(pod: Scenario): (number | null)[] {
  return pod.notifications().map((item) => item.shownInTurn);
}

describe("a notification that wakes an idle pod", () => {
  it.each(visibleKinds)(
    verifies("R33") + "%s is in history by the transaction that accepts it",
    (kind) => {
      const pod = Scenario.withChild(atOnce);
      pod.event(bodies[kind]);
      expect(recordsOf(pod)).toEqual(
        expect.arrayContaining(["event_accepted", "notification_written", "turn_saved"]),
      );
      expect(pod.asked("start_turn")).toEqual([]);
      expect(pod.notifications()).toMatchObject([{ event: { kind }, turn: null }]);
      expect(shownIn(pod)).toEqual([null]);
    },
  );

  it("is written when its window ends, and not before", () => {
    const pod = Scenario.withChild();
    pod.event(bodies.errored);
    pod.notify("hi");
    expect(pod.notifications()).toEqual([]);
    pod.pass(50);
    expect(shownIn(pod)).toEqual([null, null]);
  });

  it("is written once, and shown once when the slot is there", () => {
    const pod = Scenario.withChild(atOnce);
    pod.event(bodies.errored);
    const { commandId } = pod.notify("hi");
    pod.admit();
    const shown = pod.asked("start_turn")[0]?.notifications ?? [];
    expect(shown).toMatchObject([
      { cause: "pod_event", turn: 1, shownInTurn: 1 },
      { cause: "message", turn: 1, shownInTurn: 1 },
    ]);
    expect(pod.notifications()).toEqual(shown);
    expect(pod.asked("receipt_changed").at(-1)?.receipt).toMatchObject({
      commandId,
      state: "shown",
      turn: 1,
    });
  });

  it("is joined by what comes while the slot is awaited", () => {
    const pod = Scenario.withChild(atOnce);
    pod.event(bodies.errored);
    pod.event(bodies.turn_ended);
    expect(recordsOf(pod)).toContain("notification_written");
    pod.notify("later", false);
    expect(shownIn(pod)).toEqual([null, null, null]);
    pod.admit();
    expect(shownIn(pod)).toEqual([1, 1, 1]);
    expect(pod.asked("request_turn")).toHaveLength(1);
  });

  it("goes to the next turn when the first is cancelled before it starts", () => {
    const pod = Scenario.withChild(atOnce);
    pod.event(bodies.errored);
    pod.call("cancel", { keepPartial: true });
    expect(pod.asked("request_turn")).toMatchObject([{ turn: 1 }, { turn: 2 }]);
    pod.event(bodies.turn_ended);
    pod.admit();
    expect(pod.asked("start_turn")).toMatchObject([{ turn: 2, cause: "notification" }]);
    expect(shownIn(pod)).toEqual([2, 2]);
  });

  it("keeps its place before what comes while no turn is wanted", () => {
    const pod = Scenario.withChild({ settings: { coalesceMs: 0, wakeBudgetPerMinute: 1 } });
    pod.event(bodies.errored);
    pod.call("cancel", { keepPartial: true });
    expect(pod.state.phase).toBe("idle");
    pod.event(bodies.turn_ended);
    expect(pod.notifications()).toHaveLength(1);
    pod.pass(60_000);
    pod.admit();
    const shown = pod.asked("start_turn")[0]?.notifications;
    expect(shown).toMatchObject([
      { event: { kind: "errored" } },
      { event: { kind: "turn_ended" } },
    ]);
    expect(pod.notifications()).toEqual(shown);
  });

  it("starts no turn when a waiting call takes it before the slot is there", () => {
    const pod = Scenario.withChild(atOnce);
    pod.event(bodies.turn_ended);
    pod.do({ kind: "consumed", events: [{ podId: child, seq: 1 }] });
    pod.admit();
    expect(pod.asked("start_turn")).toEqual([]);
    expect(pod.asked("report_turn_end")).toMatchObject([{ turn: 1, outcome: "cancelled" }]);
    expect(shownIn(pod)).toEqual([null]);
  });

  it("stays in history once when the inbox runs over, and the sum comes after it", () => {
    const pod = Scenario.withChild(atOnce);
    const { commandId } = pod.notify("the first");
    pod.notify("the second");
    while (pod.state.buffer.entries.length < maxBufferedEntries) pod.event(bodies.errored);
    pod.event(bodies.errored);
    expect(pod.asked("receipt_changed").map(({ receipt }) => receipt)).toContainEqual(
      expect.objectContaining({ commandId, state: "expired" }),
    );
    pod.admit();
    const shown = pod.asked("start_turn")[0]?.notifications ?? [];
    expect(shown.at(-1)?.body).toContain("2 messages and 0 stopped turns");
    const [first, second, ...others] = pod.notifications();
    expect(first).toMatchObject({ message: { text: "the first" }, shownInTurn: null });
    expect(second).toMatchObject({ message: { text: "the second" }, shownInTurn: null });
    expect(others).toEqual(shown);
  });
});

describe("a notification that enters a turn at work", () => {
  it("is written when the step shows it: a waiting call may still take it", () => {
    const pod = Scenario.withChild(atOnce);
    pod.run();
    pod.event(bodies.errored);
    pod.admit();
    pod.event(bodies.turn_ended);
    expect(pod.notifications()).toEqual([]);
    pod.stepAgent();
    expect(shownIn(pod)).toEqual([1, 1]);
  });

  it("waits unwritten while the pod is paused", () => {
    const pod = Scenario.withChild(atOnce);
    pod.run();
    pod.admit();
    pod.pauseNow();
    pod.event(bodies.errored);
    expect(pod.notifications()).toEqual([]);
  });
});
