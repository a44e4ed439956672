import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { laneOf, type PodId } from "@podlane/protocol";
import { bodies } from "./events.ts";
import { child, commitOf, Scenario } from "./scenario.ts";

const kinds = Object.keys(bodies) as (keyof typeof bodies)[];
const senders = [child, "pother0001" as PodId];

const startsTurn: ReadonlySet<string> = new Set(["start_turn", "request_turn"]);

type Act = (pod: Scenario, taken: Set<string>) => unknown;

/** One thing that may happen; agent and shell act whether or not the core expects it. */
const act: fc.Arbitrary<Act> = fc.oneof(
  often(4, fc.tuple(fc.constantFrom(...kinds), fc.constantFrom(...senders)).map(sendEvent)),
  often(1, fc.constantFrom(...senders).map(sendOrderlyEnd)),
  often(1, fc.constantFrom(...senders).map(liveAndEnd)),
  often(2, does(joinAll)),
  often(
    1,
    fc.constantFrom(...senders).map(
      (id): Act =>
        (pod) =>
          pod.addChild(id),
    ),
  ),
  often(
    1,
    does((pod) => pod.run()),
  ),
  often(
    2,
    fc.boolean().map(
      (autoRun): Act =>
        (pod) =>
          pod.notify("hi", autoRun),
    ),
  ),
  often(
    1,
    does((pod) => pod.call("steer", { message: { text: "now" } })),
  ),
  often(
    2,
    fc.constantFrom("pause", "resume").map(
      (method): Act =>
        (pod) =>
          pod.call(method),
    ),
  ),
  often(
    1,
    fc.boolean().map(
      (keepPartial): Act =>
        (pod) =>
          pod.call("cancel", { keepPartial }),
    ),
  ),
  often(
    3,
    does((pod) => pod.admit()),
  ),
  often(
    3,
    does((pod) => pod.stepAgent()),
  ),
  often(
    3,
    does((pod) => pod.finish(commitOf("a"))),
  ),
  often(
    2,
    fc.nat(200).map(
      (ms): Act =>
        (pod) =>
          pod.pass(ms),
    ),
  ),
  often(
    1,
    does((pod) => pod.acknowledge()),
  ),
  often(
    1,
    does((pod) => pod.do({ kind: "coordinator_lost" })),
  ),
  often(
    1,
    does((pod) => pod.do({ kind: "coordinator_found" })),
  ),
);

function often(weight: number, arbitrary: fc.Arbitrary<Act>) {
  return { weight, arbitrary };
}

function does(one: Act): fc.Arbitrary<Act> {
  return fc.constant(one);
}

/** The orderly end of a child: in history, though it wakes nobody. */
function sendOrderlyEnd(from: PodId): Act {
  return (pod, taken) => {
    const outcome = pod.event({ ...bodies.shut_down, cause: "finished" }, from);
    if (outcome?.ok === true) taken.add(`${from}/${pod.state.marks[from]}`);
  };
}

/** A child comes, reports, is heard (if the pod can listen), and is told to go. */
function liveAndEnd(from: PodId): Act {
  return (pod, taken) => {
    pod.addChild(from);
    sendEvent(["turn_ended", from])(pod, taken);
    pod.pass(60_000);
    pod.admit();
    pod.finish(commitOf("a"));
    sendOrderlyEnd(from)(pod, taken);
  };
}

/** The shell has merged what it was asked to. */
function joinAll(pod: Scenario): void {
  for (const join of pod.state.joining) pod.do({ kind: "child_joined", ...join });
}

function sendEvent([kind, from]: [keyof typeof bodies, PodId]): Act {
  return (pod, taken) => {
    const outcome = pod.event(bodies[kind], from);
    const seq = pod.state.marks[from];
    if (outcome?.ok === true && laneOf({ kind } as never) === "agent") taken.add(`${from}/${seq}`);
  };
}

/** What the shell may be told to do, checked against what it is doing. */
function checkTurns(pod: Scenario): void {
  const answers = pod.asked("deliver").filter(({ proceed }) => proceed !== "pause");
  expect(answers.length, "a step answered twice").toBeLessThanOrEqual(pod.steps);
  let working: number | null = null;
  const overlaps: number[] = [];
  for (const effect of pod.all) {
    if (effect.kind === "start_turn") {
      if (working !== null) overlaps.push(effect.turn);
      working = effect.turn;
    }
    if (effect.kind === "report_turn_end" && effect.turn === working) working = null;
  }
  expect(overlaps, "two turns at once").toEqual([]);
}

/** Whatever a notification turn will show stands in history before it has its slot. */
function checkAwaited({ state: { turn, buffer } }: Scenario): void {
  if (turn?.state !== "requested" || turn.cause !== "notification" || turn.started) return;
  expect(buffer.entries.filter(({ inHistory }) => !inHistory)).toEqual([]);
}

function checkHistory(pod: Scenario, expected: ReadonlySet<string>): void {
  const events = pod.notifications().flatMap((item) => {
    return item.cause === "pod_event" ? [item.event] : [];
  });
  expect(events.filter((event) => laneOf(event) !== "agent")).toEqual([]);
  const seen = events.map(({ podId, seq }) => `${podId}/${seq}`);
  expect(seen.toSorted()).toEqual([...expected].toSorted());
}

/** Everyone answers: the turn at hand ends, whatever waits gets its turn, timers fire. */
function runOut(pod: Scenario): void {
  pod.do({ kind: "coordinator_found" });
  for (let round = 0; round < 200 && (pod.state.turn !== null || waits(pod)); round++) {
    if (pod.state.phase === "paused") pod.call("resume");
    pod.admit();
    pod.stepAgent();
    if (pod.state.phase === "paused") continue;
    pod.finish(commitOf("b"));
    pod.pass(60_000);
  }
  joinAll(pod);
}

function waits(pod: Scenario): boolean {
  return pod.state.buffer.entries.some(({ kicks }) => kicks);
}

describe("whatever happens", () => {
  it("visible events end in history once, control events never, turns never overlap", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const pod = Scenario.withChild();
        const taken = new Set<string>();
        for (const one of acts) {
          const before = pod.state;
          const seen = pod.all.length;
          one(pod, taken);
          const asked = pod.all.slice(seen);
          const isHeld = before.phase === "paused" && pod.state.phase === "paused";
          const started = asked.filter(({ kind }) => isHeld && startsTurn.has(kind));
          expect(started, "a paused pod started a turn").toEqual([]);
          checkTurns(pod);
          checkAwaited(pod);
        }
        runOut(pod);
        expect(pod.state.turn).toBeNull();
        expect(waits(pod)).toBe(false);
        checkTurns(pod);
        checkHistory(pod, taken);
      }),
      { numRuns: 300 },
    );
  });

  it("a step never changes the state it is given, and repeats itself exactly", () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
        const [one, other] = [Scenario.withChild(), Scenario.withChild()];
        for (const happen of acts) {
          const { state } = one;
          const copy = structuredClone(state);
          happen(one, new Set());
          expect(state).toEqual(copy);
          happen(other, new Set());
        }
        expect(one.all).toEqual(other.all);
      }),
      { numRuns: 100 },
    );
  });
});
