import { describe, expect, it } from "vitest";
import { maxBufferedEntries } from "../../src/core/limits.ts";
import { bodies } from "./events.ts";
import { child, Scenario } from "./scenario.ts";

function pausedPod(): Scenario {
  const pod = Scenario.withChild();
  pod.run();
  pod.admit();
  pod.pauseNow();
  return pod;
}

describe("over the bound", () => {
  it("merges the oldest messages and stopped turns into a counted sum, and drops nothing", () => {
    const pod = pausedPod();
    pod.event(bodies.errored);
    const first = pod.notify("the first");
    pod.event(bodies.turn_stopped);
    while (pod.state.buffer.entries.length < maxBufferedEntries) pod.event(bodies.errored);
    expect(pod.notify("one more").outcome?.ok).toBe(true);
    const { overflow, entries } = pod.state.buffer;
    expect(overflow).toMatchObject({ messages: 1, stoppedTurns: 1 });
    expect(entries).toHaveLength(maxBufferedEntries - 1);
    expect(pod.asked("receipt_changed").map(({ receipt }) => receipt)).toContainEqual(
      expect.objectContaining({ commandId: first.commandId, state: "expired" }),
    );
    const merged = pod.notifications().map((item) => item.shownInTurn);
    expect(merged).toEqual([null, null]);
    pod.call("resume");
    pod.admit();
    const shown = pod.asked("deliver").at(-1)?.notifications ?? [];
    expect(shown).toHaveLength(maxBufferedEntries);
    expect(shown[0]?.body).toContain("1 messages and 1 stopped turns");
  });

  it("stops acknowledging when nothing is left to merge, until there is room", () => {
    const pod = pausedPod();
    for (let n = 0; n < maxBufferedEntries; n++) pod.event(bodies.errored);
    const seq = maxBufferedEntries + 1;
    expect(pod.event(bodies.errored)).toMatchObject({ error: { code: "busy" } });
    expect(pod.notify().outcome).toMatchObject({ error: { code: "busy" } });
    expect(pod.event(bodies.state_changed)).toMatchObject({ error: { code: "busy" } });
    pod.call("resume");
    pod.admit();
    expect(pod.event(bodies.errored, child, { seq })).toMatchObject({ ok: true });
    expect(pod.event(bodies.state_changed, child, { seq: seq + 1 })).toMatchObject({ ok: true });
  });

  it("is bounded in bytes as well", () => {
    const pod = pausedPod();
    const text = "x".repeat(200_000);
    for (let n = 0; n < 20; n++) expect(pod.notify(text).outcome?.ok).toBe(true);
    expect(pod.state.buffer.bytes).toBeLessThanOrEqual(1024 * 1024);
    expect(pod.state.buffer.overflow?.messages).toBeGreaterThan(10);
  });
});

describe("a result that a waiting call took", () => {
  it("is not notified again", () => {
    const pod = Scenario.withChild();
    pod.run();
    pod.admit();
    pod.event(bodies.turn_ended);
    pod.event(bodies.errored);
    pod.do({
      kind: "consumed",
      events: [
        { podId: child, seq: 1 },
        { podId: child, seq: 77 },
      ],
    });
    expect(pod.stepAgent()?.notifications).toMatchObject([{ event: { kind: "errored" } }]);
    expect(pod.notifications()).toHaveLength(1);
  });
});
