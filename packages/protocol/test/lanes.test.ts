/** The lane boundary: which events an agent may see is a matter of kind, and the compiler's. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { podEventSamples } from "../../../scripts/protocol/samples/pod-events.ts";
import { verifies } from "../../../test/requirements.ts";
import {
  type AgentVisiblePodEvent,
  type ControlPodEvent,
  HistoryItem,
  type Lane,
  PodEvent,
  type PodEventKind,
  laneOf,
  shouldNotifyAgent,
} from "../src/index.ts";

/** Written a second time on purpose: a change of lane has to be made in two places. */
const lanes: Readonly<Record<PodEventKind, Lane>> = {
  turn_ended: "agent",
  turn_stopped: "agent",
  errored: "agent",
  shut_down: "agent",
  input_requested: "agent",
  needs_input: "control",
  scope_sub_delegated: "control",
  scope_returned: "control",
  state_changed: "control",
  artifact_ready: "control",
};

function sampleOf(kind: string): PodEvent {
  return PodEvent.parse(podEventSamples[kind as PodEventKind]);
}

test.each(Object.entries(lanes))(
  `${verifies("R17", "R20", "R27", "R42")}%s is on the %s lane`,
  (kind, lane) => {
    const event = sampleOf(kind);
    expect(laneOf(event)).toBe(lane);
    expect(shouldNotifyAgent(event)).toBe(lane === "agent");
  },
);

test(`${verifies("R18")}what an event says does not change its lane`, () => {
  const ended = sampleOf("turn_ended") as Extract<PodEvent, { kind: "turn_ended" }>;
  const unrenderable = { ...ended.result, summary: "\u0000\u202e\ud800" };
  expect(laneOf({ ...ended, result: unrenderable })).toBe("agent");
  const stripped = { kind: "scope_sub_delegated" } as PodEvent;
  expect(laneOf(stripped)).toBe("control");
});

test(`${verifies("R16")}scope_sub_delegated keeps its name and fields on the wire`, () => {
  const kept = Object.keys(podEventSamples.scope_sub_delegated).toSorted();
  const sender = ["at", "generation", "kind", "podId", "podName", "seq"];
  const own = ["parentPod", "scope", "subName", "subPod", "subSocket"];
  expect(kept).toEqual([...sender, ...own].toSorted());
  expect(Object.keys(sampleOf("scope_sub_delegated")).toSorted()).toEqual(kept);
});

const notification = {
  type: "notification",
  seq: 1,
  at: 0,
  turn: 1,
  body: "",
  cause: "pod_event",
  shownInTurn: null,
};

test.each(Object.entries(lanes))(
  `${verifies("R22", "R38")}history takes a notification of %s only from the agent lane (%s)`,
  (kind, lane) => {
    const { success } = HistoryItem.safeParse({ ...notification, event: sampleOf(kind) });
    expect(success).toBe(lane === "agent");
  },
);

/** Stands for the notify buffer, which takes nothing else. */
function show(event: AgentVisiblePodEvent): string {
  return event.kind;
}

test(`${verifies("R20", "R39")}a control event does not compile where only visible ones go`, () => {
  const control: ControlPodEvent = sampleOf("scope_returned") as ControlPodEvent;
  // @ts-expect-error a control event is not agent-visible
  expect(show(control)).toBe("scope_returned");
  const event = sampleOf("errored");
  // @ts-expect-error an event whose lane was not asked may be of either
  expect(show(event)).toBe("errored");
  expect(shouldNotifyAgent(event) && show(event)).toBe("errored");
});

const packageRoot = fileURLToPath(new URL("..", import.meta.url));
const repository = fileURLToPath(new URL("../../..", import.meta.url));

test(`${verifies("R20")}a new kind without a lane does not compile`, () => {
  const folder = mkdtempSync(join(tmpdir(), "podlane-lanes-"));
  cpSync(join(packageRoot, "src"), join(folder, "src"), { recursive: true });
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const extended = join(repository, "tsconfig.json");
  const config = { extends: extended, include: ["src/lanes.ts"], exclude: [] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const compiler = join(repository, "node_modules/typescript/bin/tsc");
  const compile = [compiler, "-p", folder];
  execFileSync(process.execPath, compile);
  const path = join(folder, "src/pod-event.ts");
  const added = 'z.object({ kind: z.literal("budget_warned"), ...common }),';
  const union = 'export const PodEvent = z.discriminatedUnion("kind", [';
  const text = readFileSync(path, "utf8");
  expect(text).toContain(union);
  writeFileSync(path, text.replace(union, `${union}\n  ${added}`));
  const { stdout } = spawnSync(process.execPath, compile, { encoding: "utf8" });
  expect(stdout).toMatch(/lanes\.ts\(\d+,\d+\): error TS2345: .*type 'never'/);
  rmSync(folder, { recursive: true });
});
