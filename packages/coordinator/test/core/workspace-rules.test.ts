import { coordinatorMethods, hostReportMethods } from "@podlane/protocol";
import { expect, test } from "vitest";
import { Undo } from "../../src/core/undo.ts";
import { deciders, queries, workspaceRules } from "../../src/core/workspace-rules.ts";
import { World, operator, system } from "./world.ts";

const methods = Object.entries({ ...coordinatorMethods, ...hostReportMethods });
const ofCore = methods.filter(([name]) => !name.startsWith("log.") && !name.startsWith("server."));

test("every mutation has a decider and every read a query", () => {
  const names = (mutation: boolean) =>
    ofCore.filter(([, method]) => method.mutation === mutation).map(([name]) => name);
  expect(Object.keys(deciders).sort()).toEqual(names(true).sort());
  expect(Object.keys(queries).sort()).toEqual(names(false).sort());
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
