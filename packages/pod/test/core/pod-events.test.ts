import { describe, expect, it } from "vitest";
import type { PodId, ReceivedPodEvent } from "@podlane/protocol";
import { bodies, controlKinds, visibleKinds } from "./events.ts";
import { child, commitOf, grandchild, resultOf, root, scope, Scenario } from "./scenario.ts";
import { verifies } from "../../../../test/requirements.ts";

const states = ["idle", "running", "paused"] as const;

function podAt(at: (typeof states)[number]): Scenario {
  const pod = Scenario.withChild();
  if (at === "idle") return pod;
  pod.run();
  pod.admit();
  if (at === "paused") pod.pauseNow();
  return pod;
}

describe.each(states)("a control event while %s", (at) => {
  it.each(controlKinds)(
    verifies("R21", "R22", "R23", "R25", "R45") +
      "%s enters neither buffer nor history, and starts nothing",
    (kind) => {
      const pod = podAt(at);
      const turns = pod.state.turnsTaken;
      expect(pod.event(bodies[kind])).toMatchObject({ ok: true });
      expect(pod.state.buffer.entries).toEqual([]);
      pod.pass(120_000);
      const steps = at === "running" ? [pod.stepAgent()] : [];
      expect(steps.flatMap((answer) => answer?.notifications ?? [])).toEqual([]);
      expect(pod.notifications()).toEqual([]);
      expect(pod.state.turnsTaken).toBe(turns);
      expect(pod.state.phase).toBe(at);
    },
  );
});

describe("a visible event", () => {
  it.each(visibleKinds)(
    `${verifies("R26", "R34", "R44")}%s starts one turn of an idle pod and is shown in it`,
    (kind) => {
      const pod = podAt("idle");
      expect(pod.event(bodies[kind])).toMatchObject({ ok: true });
      pod.pass(50);
      pod.admit();
      expect(pod.asked("start_turn")).toMatchObject([{ cause: "notification" }]);
      expect(pod.asked("start_turn")[0]?.notifications).toHaveLength(1);
      expect(pod.notifications()).toMatchObject([{ event: { kind }, shownInTurn: 1 }]);
    },
  );

  it.each(visibleKinds)(
    `${verifies("R35", "R45")}%s enters the running turn at its next step`,
    (kind) => {
      const pod = podAt("running");
      pod.event(bodies[kind]);
      expect(pod.stepAgent()?.notifications).toHaveLength(1);
      expect(pod.asked("request_turn")).toHaveLength(1);
      expect(pod.notifications()).toMatchObject([{ event: { kind }, shownInTurn: 1 }]);
    },
  );

  it.each(visibleKinds)("%s waits while the pod is paused, and kicks nothing", (kind) => {
    const pod = podAt("paused");
    pod.event(bodies[kind]);
    pod.pass(120_000);
    expect(pod.notifications()).toEqual([]);
    expect(pod.asked("request_turn")).toHaveLength(1);
    pod.call("resume");
    pod.admit();
    expect(pod.notifications()).toMatchObject([{ event: { kind }, shownInTurn: 1 }]);
  });
});

describe.each(states)("side effects while %s", (at) => {
  it(
    verifies("R28", "R29", "R36", "R40", "R46") +
      "records a grandchild, tells it upward from itself, and ignores the repeat",
    () => {
      const pod = podAt(at);
      pod.event(bodies.scope_sub_delegated);
      const entry = { via: child, scope, name: "grand", socket: "/s/grand" };
      expect(pod.state.registry.get(grandchild)).toMatchObject(entry);
      const told = () =>
        pod.asked("emit").filter(({ event }) => {
          return event.kind === "scope_sub_delegated" && event.subPod === grandchild;
        });
      expect(told()).toMatchObject([{ event: { parentPod: root } }]);
      pod.event(bodies.scope_sub_delegated);
      expect(told()).toHaveLength(1);
    },
  );

  it("undoes a returned loan and tells it upward once", () => {
    const pod = podAt(at);
    pod.event(bodies.scope_sub_delegated);
    pod.event(bodies.scope_returned);
    pod.event(bodies.scope_returned);
    expect(pod.state.registry.has(grandchild)).toBe(false);
    expect(pod.sent().filter((kind) => kind === "scope_returned")).toHaveLength(1);
  });

  it("drops a dead child, mirrors the return of its scope, adopts its children", () => {
    const pod = podAt(at);
    pod.event(bodies.scope_sub_delegated);
    pod.event(bodies.shut_down);
    expect(pod.state.registry.has(child)).toBe(false);
    expect(pod.state.registry.get(grandchild)).toMatchObject({ via: null });
    expect(pod.asked("emit").map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ kind: "scope_returned", subPod: child, scope }),
    );
  });

  it("keeps the child's state, and bubbles a question upward", () => {
    const pod = podAt(at);
    pod.event(bodies.state_changed);
    expect(pod.state.registry.get(child)?.state).toBe("running");
    pod.event(bodies.needs_input);
    expect(pod.asked("emit").at(-1)?.event).toMatchObject({ kind: "needs_input", origin: child });
    pod.event(bodies.turn_ended);
    expect(pod.state.registry.get(child)?.state).toBe("idle");
    pod.event(bodies.input_requested);
    expect(pod.state.approvals).toEqual(["q1"]);
  });

  it("logs an unknown kind on the control lane only", () => {
    const pod = podAt(at);
    pod.deliver(unknownEvent(1));
    expect(pod.asked("log_control")).toMatchObject([{ note: "unknown_kind", detail: "novel" }]);
    expect(pod.state.buffer.entries).toEqual([]);
  });
});

function unknownEvent(seq: number): ReceivedPodEvent {
  const common = { podId: child, podName: "child" as never, generation: 1, seq, at: 0 };
  return { kind: "unknown", ...common, originalKind: "novel", raw: {} };
}

describe("an event of nobody", () => {
  const stranger = "pstranger1" as PodId;

  it.each(controlKinds)("%s changes no registry", (kind) => {
    const pod = Scenario.withChild();
    const before = pod.state.registry;
    expect(pod.event(bodies[kind], stranger)).toMatchObject({ ok: true });
    expect(pod.state.registry).toBe(before);
  });

  it("is not joined, but what is for the agent is not lost", () => {
    const pod = Scenario.withChild();
    pod.event(bodies.turn_ended, stranger);
    expect(pod.state.joins).toEqual([]);
    expect(pod.state.buffer.entries).toHaveLength(1);
  });
});

describe("generations", () => {
  it("takes in an undelivered event of an older one, without its registry effect", () => {
    const pod = Scenario.withChild();
    pod.event({ ...bodies.state_changed, state: "restarting", nextGeneration: 2 });
    expect(pod.state.registry.get(child)?.generation).toBe(2);
    pod.event(bodies.shut_down);
    expect(pod.state.registry.has(child)).toBe(true);
    expect(pod.state.buffer.entries).toHaveLength(1);
    expect(pod.asked("log_control")).toMatchObject([{ note: "stale_generation" }]);
  });
});

describe("a repeated event", () => {
  it("is acknowledged again and does nothing", () => {
    const pod = Scenario.withChild();
    pod.event(bodies.turn_ended);
    const before = pod.state;
    const [first] = pod.state.buffer.entries;
    if (first?.type !== "pod_event") throw new Error("no event buffered");
    expect(pod.deliver(first.event, true)).toEqual({ ok: true, value: { seq: 1 } });
    expect(pod.state).toEqual(before);
  });
});

describe("while stopping", () => {
  function stoppingPod(): Scenario {
    const pod = podAt("running");
    pod.call("shutdown", { deadlineMs: 1_000, cause: "requested" });
    return pod;
  }

  it.each(visibleKinds)("%s is not acknowledged: it goes to whoever adopts", (kind) => {
    expect(stoppingPod().event(bodies[kind])).toMatchObject({ error: { code: "unavailable" } });
  });

  it("takes control events, but none that follows one it did not take", () => {
    const pod = stoppingPod();
    expect(pod.event(bodies.scope_sub_delegated)).toMatchObject({ ok: true });
    pod.event(bodies.turn_ended);
    expect(pod.event(bodies.scope_returned)).toMatchObject({ error: { code: "unavailable" } });
    expect(pod.state.marks[child]).toBe(1);
  });
});

describe("an orderly end", () => {
  it.each(["finished", "requested"] as const)("(%s) after a result wakes nobody", (cause) => {
    const pod = Scenario.withChild();
    pod.event(bodies.turn_ended);
    pod.pass(50);
    pod.admit();
    pod.finish();
    pod.do({ kind: "child_joined", child, commit: commitOf("c") });
    const turns = pod.state.turnsTaken;
    pod.event({ ...bodies.shut_down, cause });
    pod.pass(120_000);
    expect(pod.state.turnsTaken).toBe(turns);
    expect(pod.notifications().at(-1)).toMatchObject({
      event: { kind: "shut_down" },
      shownInTurn: null,
    });
    expect(pod.state.registry.has(child)).toBe(false);
  });

  it("without a result before it wakes the pod", () => {
    const pod = Scenario.withChild();
    pod.event({ ...bodies.shut_down, cause: "finished" });
    pod.pass(50);
    expect(pod.state.phase).toBe("running");
  });
});

describe("joins", () => {
  it("asks for the newest commit of a child between steps, until it is joined", () => {
    const pod = Scenario.withChild();
    pod.run();
    pod.admit();
    pod.event(bodies.turn_ended);
    pod.event({ ...bodies.turn_ended, turn: 2, result: resultOf(commitOf("d")) });
    expect(pod.asked("join_child")).toEqual([]);
    pod.stepAgent();
    expect(pod.asked("join_child")).toMatchObject([{ child, commit: commitOf("d") }]);
    const kinds = pod.last.map(({ kind }) => kind);
    expect(kinds.indexOf("join_child")).toBeLessThan(kinds.indexOf("deliver"));
    pod.stepAgent();
    expect(pod.asked("join_child")).toHaveLength(1);
    pod.do({ kind: "child_joined", child, commit: commitOf("d") });
    expect(pod.state.joins).toEqual([]);
  });
});
