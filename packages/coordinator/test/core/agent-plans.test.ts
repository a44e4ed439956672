/** A plan that an agent submits: what it may hold, and what it turns into. */
import { RunId } from "@podlane/protocol";
import type { PodId } from "@podlane/protocol";
import { describe, expect, test } from "vitest";
import { actorOf, attach, baseCommit, requestTurn, rules, run, spec, startPod } from "./cast.ts";
import { World, client } from "./world.ts";
import { verifies } from "../../../../test/requirements.ts";

function scene(more: Record<string, unknown> = {}): { world: World; lead: PodId } {
  const world = new World();
  attach(world);
  const lead = startPod(world, "lead", { scope: rules("src"), ...more });
  requestTurn(world, lead);
  return { world, lead };
}

function submitAs(
  { world, lead }: { world: World; lead: PodId },
  task: Record<string, unknown>,
  more: Record<string, unknown> = {},
) {
  const tasks = [{ id: "part", spec: spec("part", task), dependsOn: [] }];
  const base = { branch: "main", commit: baseCommit };
  const plan = { path: "-", base, maxConcurrentAgents: 2, tasks, ...more };
  return world.send(actorOf(lead), "run.submit", { id: RunId.parse("r00000001"), plan });
}

test(
  verifies("R111", "R126") + "a pod's plan becomes a run of pods beside it, within its own scope",
  () => {
    const at = scene();
    const step = submitAs(at, { scope: rules("src/part"), delegate: 0 });
    expect(step.kinds).toEqual(["run.submitted", "pod.spawned", "pod.start_requested"]);
    expect(step.events[0]?.actor).toEqual(actorOf(at.lead));
    expect(run(at.world).tasks).toMatchObject([{ id: "part", state: "running" }]);
  },
);

describe("more than the submitter may do itself is refused, and on the log", () => {
  const refusals: readonly [what: string, code: string, task: object, plan?: object][] = [
    ["another scope", "out_of_scope", { scope: rules("docs") }],
    ["no scope, which is everything", "out_of_scope", {}],
    ["a wider scope", "out_of_scope", { scope: rules(".") }],
    ["a better priority", "denied", { scope: rules("src/a"), priority: 1 }],
    ["landing by itself", "denied", { scope: rules("src/a"), merge: { mode: "auto" } }],
    ["a gate", "denied", { scope: rules("src/a"), merge: { mode: "none", gate: "rm -r x" } }],
    ["a set-up", "denied", { scope: rules("src/a"), setup: { run: "make" } }],
    ["advisory claims", "denied", { scope: rules("src/a"), settings: { claimsMode: "advisory" } }],
    ["more slots", "denied", { scope: rules("src/a") }, { maxConcurrentAgents: 50 }],
  ];
  for (const [what, code, task, plan] of refusals) {
    test(`refuses ${what}`, () => {
      const step = submitAs(scene(), { delegate: 0, ...task }, { ...plan });
      expect(step.refusal?.code).toBe(code);
      expect(step.kinds).toEqual(["request.denied"]);
    });
  }
});

test("what is lent is not its own to plan with, and an outside agent has no scope at all", () => {
  const at = scene();
  startPod(at.world, "child", { parent: at.lead, scope: rules("src/part") });
  const lent = submitAs(at, { scope: rules("src/part"), delegate: 0 });
  expect(lent.refusal?.code).toBe("out_of_scope");
  const { refusal } = at.world.send(client("ada"), "run.submit", {});
  expect(refusal?.code).toBe("unauthorized");
});
