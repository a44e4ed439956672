import { describe, expect, it } from "vitest";
import { commitStep } from "../../src/session/commit-step.ts";
import { recover } from "../../src/session/recover.ts";
import type { Session } from "../../src/session/session.ts";
import { bodies } from "../core/events.ts";
import { child, commitOf, config, root, Scenario } from "../core/scenario.ts";
import { open, temporaryPath } from "./temporary.ts";
import { verifies } from "../../../../test/requirements.ts";

/** Writes down everything the pod did so far, then dies: the next incarnation as it boots. */
function reborn(session: Session, pod: Scenario, agentResumes: boolean): Scenario {
  commitStep(session, pod.all, pod.nowMs);
  const rows = session.loadCoreState();
  const next = { ...config, generation: 2 };
  const again = new Scenario({}, recover(next, rows, pod.nowMs));
  again.nowMs = pod.nowMs;
  again.do({ kind: "booted", agentResumes });
  return again;
}

function fresh(): { readonly session: Session; readonly pod: Scenario } {
  return { session: open(temporaryPath()), pod: Scenario.withChild() };
}

describe("after a death", () => {
  it("an idle pod knows its children, numbers and marks", () => {
    const { session, pod } = fresh();
    pod.event(bodies.scope_sub_delegated);
    commitStep(session, pod.all, pod.nowMs);
    const state = recover(config, session.loadCoreState(), pod.nowMs);
    expect(state.phase).toBe("starting");
    expect([...state.registry.values()]).toEqual([...pod.state.registry.values()]);
    expect(state.outbox).toEqual(pod.state.outbox);
    expect(state.marks).toEqual({ [child]: 1 });
  });

  it("what waited for the agent still does, in order, and wakes it", () => {
    const { session, pod } = fresh();
    pod.event(bodies.errored);
    commitStep(session, pod.all.splice(0), pod.nowMs);
    pod.nowMs += 1;
    pod.notify("hello");
    const again = reborn(session, pod, false);
    expect(again.state.buffer).toEqual(pod.state.buffer);
    again.pass(50);
    again.admit();
    expect(again.asked("start_turn")[0]?.notifications).toMatchObject([
      { cause: "pod_event" },
      { cause: "message" },
    ]);
  });

  it("an agent that resumes goes on in the same turn", () => {
    const { session, pod } = fresh();
    pod.run();
    pod.admit();
    const again = reborn(session, pod, true);
    expect(again.asked("request_turn")).toMatchObject([{ turn: 1, resumed: true }]);
    again.admit();
    expect(again.asked("start_turn")).toMatchObject([{ turn: 1, resumed: true }]);
  });

  it("another agent gets a new turn of the same cause, and its open calls a result", () => {
    const { session, pod } = fresh();
    pod.run("the task");
    pod.admit();
    session.intent({ callId: "c1", turn: 1, tool: "run_command", params: {}, ids: {} }, 1);
    const again = reborn(session, pod, false);
    again.admit();
    expect(again.asked("start_turn")).toMatchObject([
      { turn: 2, cause: "user", replaces: 1, input: [{ text: "the task" }] },
    ]);
    commitStep(session, again.all, again.nowMs);
    expect(session.toolCalls.find("c1")?.outcome).toMatchObject({ code: "interrupted" });
    const { items } = session.readHistory({ fromSeq: 0, limit: 99 });
    expect(items.filter(({ type }) => type === "tool_result")).toHaveLength(1);
    expect(again.sent()).toEqual([]);
  });

  it("a notification turn is replaced though its notifications were drained", () => {
    const { session, pod } = fresh();
    pod.event(bodies.errored);
    pod.pass(50);
    pod.admit();
    const again = reborn(session, pod, false);
    again.admit();
    expect(again.asked("start_turn")).toMatchObject([{ cause: "notification", replaces: 1 }]);
  });

  it(
    verifies("R26", "R33") +
      "what stood in history before its turn started is shown by it, and written once",
    () => {
      const { session, pod } = fresh();
      pod.event(bodies.errored);
      const { commandId } = pod.notify("hello");
      pod.pass(50);
      const again = reborn(session, pod, false);
      const written = session.readHistory({ fromSeq: 0, limit: 99, notificationsOnly: true });
      expect(written.items).toMatchObject([
        { cause: "pod_event", turn: null, shownInTurn: null },
        { cause: "message", turn: null, shownInTurn: null },
      ]);
      expect(again.asked("request_turn")).toMatchObject([{ turn: 1, cause: "notification" }]);
      again.event(bodies.turn_ended, child, { seq: 2 });
      again.admit();
      commitStep(session, again.all, again.nowMs);
      const shown = again.asked("start_turn")[0]?.notifications ?? [];
      expect(shown).toHaveLength(3);
      const { items } = session.readHistory({ fromSeq: 0, limit: 99, notificationsOnly: true });
      expect(items).toMatchObject(shown);
      expect(items.map((item) => "shownInTurn" in item && item.shownInTurn)).toEqual([1, 1, 1]);
      expect(session.loadCoreState()).toMatchObject({ waitingEvents: [], waitingMessages: [] });
      expect(session.messages.receiptOf(commandId)).toMatchObject({ state: "shown", turn: 1 });
    },
  );

  it("a paused pod pauses again before it does anything", () => {
    const { session, pod } = fresh();
    pod.run();
    pod.admit();
    pod.pauseNow();
    const again = reborn(session, pod, true);
    again.admit();
    expect(again.stepAgent()).toMatchObject({ proceed: "pause" });
  });

  it("a turn whose agent was done is only closed again", () => {
    const { session, pod } = fresh();
    pod.run();
    pod.admit();
    pod.do({ kind: "agent_done", turn: 1, outcome: { kind: "finished", summary: "all done" } });
    const again = reborn(session, pod, false);
    expect(again.asked("close_turn")).toEqual([
      { kind: "close_turn", turn: 1, summary: "all done" },
    ]);
    expect(again.asked("request_turn")).toEqual([]);
  });

  it("a run accepted on a paused pod is not lost", () => {
    const { session, pod } = fresh();
    pod.run();
    pod.admit();
    pod.pauseNow();
    pod.run("second");
    const again = reborn(session, pod, true);
    expect(again.asked("end_turn")).toMatchObject([{ turn: 1, outcome: "paused" }]);
    again.do({ kind: "turn_closed", turn: 1, result: null });
    expect(again.asked("request_turn")).toMatchObject([{ turn: 2 }]);
  });

  it("asks again for a join, reports again what the coordinator did not record", () => {
    const { session, pod } = fresh();
    pod.event(bodies.turn_ended);
    pod.userTurn();
    const again = reborn(session, pod, false);
    expect(again.asked("join_child")).toMatchObject([{ child, commit: commitOf("c") }]);
    expect(again.asked("report_turn_end")).toMatchObject([{ turn: 1, outcome: "finished" }]);
  });

  it("refuses an event that two steps took", () => {
    const { session, pod } = fresh();
    pod.event(bodies.errored);
    const [effect] = pod.last;
    commitStep(session, pod.all, pod.nowMs);
    if (effect === undefined) throw new Error("no effect");
    expect(() => commitStep(session, [effect], pod.nowMs)).toThrow(/accepted twice/);
    expect(root).toBe(pod.state.config.podId);
  });
});

describe("receipts", () => {
  it("follow a message until it is shown", () => {
    const { session, pod } = fresh();
    const { commandId } = pod.notify("hello");
    commitStep(session, pod.all.splice(0), pod.nowMs);
    expect(session.messages.receiptOf(commandId)).toMatchObject({ state: "queued" });
    expect(session.commands.find(commandId)).toMatchObject({ value: { state: "queued" } });
    pod.pass(50);
    pod.admit();
    commitStep(session, pod.all, pod.nowMs);
    expect(session.messages.receiptOf(commandId)).toMatchObject({ state: "shown", turn: 1 });
    expect(session.loadCoreState().waitingMessages).toEqual([]);
  });
});
