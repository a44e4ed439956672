import { expect, test } from "vitest";
import type { CoordinatorMethods, Generation, ParamsOf, PodId } from "@podlane/protocol";
import { Reporter } from "../../src/link/reporter.ts";
import { ScriptedCoordinator, settled } from "../runtime/scripted-coordinator.ts";

const from = { pod: "p-1" as PodId, generation: 1 as Generation };

const transition = (state: "idle" | "running"): ParamsOf<CoordinatorMethods, "pod.transition"> => {
  return { ...from, state, waiting: null };
};

const turnEnd = (turn: number): ParamsOf<CoordinatorMethods, "pod.turn_end"> => {
  return { ...from, turn, cause: "user", outcome: "finished", result: null, message: null };
};

const quiet = (outboxSeq: number): ParamsOf<CoordinatorMethods, "pod.settled"> => {
  return { ...from, outboxSeq, inbox: {} };
};

function reporterOf() {
  const coordinator = new ScriptedCoordinator();
  const refused: string[] = [];
  const faults: unknown[] = [];
  const reporter = new Reporter({
    coordinator: coordinator.port,
    onRefused: (method, { code }) => void refused.push(`${method} ${code}`),
    onFault: (fault) => void faults.push(fault),
  });
  return { coordinator, reporter, refused, faults };
}

test("one report is on its way at a time; turn ends keep their order", async () => {
  const { coordinator, reporter } = reporterOf();
  const recorded: number[] = [];
  for (const turn of [1, 2, 3]) {
    reporter.report("pod.turn_end", turnEnd(turn), () => void recorded.push(turn));
  }
  for (const turn of [1, 2, 3]) {
    const call = await coordinator.next("pod.turn_end");
    expect(call).toMatchObject({ how: "insist", params: { turn } });
    expect(coordinator.untaken).toEqual([]);
    call.accept({});
  }
  await reporter.flushed();
  expect(recorded).toEqual([1, 2, 3]);
});

test("of transitions and quiet only the newest unsent goes, behind the turn's end", async () => {
  const { coordinator, reporter } = reporterOf();
  reporter.report("pod.transition", transition("idle"));
  reporter.report("pod.transition", transition("running"));
  reporter.report("pod.settled", quiet(1));
  reporter.report("pod.turn_end", turnEnd(1));
  reporter.report("pod.settled", quiet(2));
  reporter.report("pod.transition", transition("idle"));
  const first = await coordinator.next("pod.transition");
  expect(first.params["state"]).toBe("idle");
  const rest: unknown[] = [];
  first.accept({});
  for (const method of ["pod.turn_end", "pod.settled", "pod.transition"]) {
    const call = await coordinator.next(method);
    rest.push(call.params["outboxSeq"] ?? call.params["state"] ?? call.params["turn"]);
    expect(coordinator.untaken).toEqual([]);
    call.accept({});
  }
  await reporter.flushed();
  expect(rest).toEqual([1, 2, "idle"]);
});

test("the one that is on its way is not replaced", async () => {
  const { coordinator, reporter } = reporterOf();
  reporter.report("pod.transition", transition("running"));
  const sent = await coordinator.next("pod.transition");
  reporter.report("pod.transition", transition("idle"));
  sent.accept({});
  expect((await coordinator.next("pod.transition")).params["state"]).toBe("idle");
});

test("a refusal is told, and what waits behind it is sent", async () => {
  const { coordinator, reporter, refused } = reporterOf();
  const recorded: string[] = [];
  reporter.report("pod.turn_end", turnEnd(1), () => void recorded.push("first"));
  reporter.report("pod.turn_end", turnEnd(2), () => void recorded.push("second"));
  (await coordinator.next("pod.turn_end")).refuse("stale_generation");
  (await coordinator.next("pod.turn_end")).accept({});
  await reporter.flushed();
  expect({ refused, recorded }).toEqual({
    refused: ["pod.turn_end stale_generation"],
    recorded: ["second"],
  });
});

test("flushed waits for what is reported meanwhile, else for nothing", async () => {
  const { coordinator, reporter } = reporterOf();
  await reporter.flushed();
  let isFlushed = false;
  reporter.report("pod.turn_end", turnEnd(1), () => reporter.report("pod.settled", quiet(3)));
  const flushed = reporter.flushed().then(() => (isFlushed = true));
  (await coordinator.next("pod.turn_end")).accept({});
  const last = await coordinator.next("pod.settled");
  await settled();
  expect(isFlushed).toBe(false);
  last.accept({});
  await flushed;
});

test("a fault of who is told that it is recorded is not lost", async () => {
  const { coordinator, reporter, faults } = reporterOf();
  reporter.report("pod.turn_end", turnEnd(1), () => {
    throw new Error("the session is broken");
  });
  (await coordinator.next("pod.turn_end")).accept({});
  await reporter.flushed();
  expect(faults).toMatchObject([{ message: "the session is broken" }]);
});
