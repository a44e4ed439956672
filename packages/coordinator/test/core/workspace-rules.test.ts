import { coordinatorMethods, hostReportMethods } from "@podlane/protocol";
import { expect, test } from "vitest";
import { Undo } from "../../src/core/undo.ts";
import { deciders, queries, workspaceRules } from "../../src/core/workspace-rules.ts";
import { World, operator, system } from "./world.ts";

const methods = Object.entries({ ...coordinatorMethods, ...hostReportMethods });
const ofShell = /^(log|server)\.|^(claim\.history|registration\.heartbeat)$/;
const ofCore = methods.filter(([name]) => !ofShell.test(name));

function namesOf(mutation: boolean): string[] {
  const found = ofCore.filter(([, method]) => method.mutation === mutation);
  return found.map(([name]) => name).toSorted();
}

test("every mutation has a decider and every read a query", () => {
  expect(Object.keys(deciders).toSorted()).toEqual(namesOf(true));
  expect(Object.keys(queries).toSorted()).toEqual(namesOf(false));
});

test("a tick with nothing due appends nothing", () => {
  expect(new World().send(system, "tick").kinds).toEqual([]);
});

test("an unknown kind or a newer version stops the fold", () => {
  const state = workspaceRules.initial();
  const event = { seq: 1, atMs: 0, v: 1, subject: "x", actor: operator, data: {} };
  const fold = (kind: string, v: number) => () =>
    workspaceRules.evolve(state, { ...event, kind, v }, new Undo());
  expect(fold("pod.teleported", 1)).toThrow("upgrade");
  expect(fold("run.paused", 2)).toThrow("upgrade");
});

test("nobody but the system ticks or accepts a grant", () => {
  const world = new World();
  expect(world.send(operator, "tick").refusal?.code).toBe("unsupported");
  expect(world.send(operator, "claim.accept", {}).refusal?.code).toBe("unsupported");
});
