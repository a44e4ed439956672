/**
 * The cast of the tests: pods, plans and claims in as few words as a rule needs.
 */
import { AcquireClaim, PodSpec, ScopeRule } from "@podlane/protocol";
import type { PodId, PodRecord, RunId, RunView } from "@podlane/protocol";
import type { Actor } from "../../src/core/event.ts";
import type { World } from "./world.ts";
import { host, operator } from "./world.ts";

export const baseCommit = "a".repeat(40);
export const commitOf = (name: string) => {
  const hex = Array.from(name, (letter) => letter.charCodeAt(0).toString(16)).join("");
  return hex.padEnd(40, "0").slice(0, 40);
};

export const agent = { driver: "shell", command: ["true"] } as const;
export const actorOf = (id: string): Actor => ({ role: "pod", id });

export function rules(...targets: readonly string[]): ScopeRule[] {
  return targets.map((target) => ScopeRule.parse({ target, permission: "write" }));
}

export function spec(name: string, more: Record<string, unknown> = {}): PodSpec {
  return PodSpec.parse({
    name,
    agent,
    task: `do ${name}`,
    start: { branch: "main", commit: baseCommit },
    merge: { mode: "none" },
    settings: {},
    ...more,
  });
}

export function attach(world: World): void {
  world.must(host, "host.attach", { hostId: "local", capacity: 8, labels: [] });
}

/** Spawns a pod by the operator, or as a child by its parent. */
export function spawn(
  world: World,
  name: string,
  { parent = null, ...more }: { parent?: PodId | null } & Record<string, unknown> = {},
): PodId {
  const actor = parent === null ? operator : actorOf(parent);
  const delegate = parent === null ? {} : { delegate: delegateBelow(world, parent) };
  const params = { parent, spec: spec(name, { ...delegate, ...more }) };
  return world.must(actor, "pod.spawn", params).pod.id;
}

function delegateBelow(world: World, parent: PodId): number {
  return Math.max(0, (world.state.pods.byId.get(parent)?.spec.delegate ?? 0) - 1);
}

/** The host has started the pod and it is ready. */
export function start(world: World, pod: PodId): PodId {
  const process = { pid: 100, startTime: "1" };
  const branch = `agent/${pod}`;
  const started = { pod, generation: 1, process, branch, worktree: `/w/${pod}`, baseCommit };
  world.must(host, "host.started", started);
  world.must(host, "host.ready", { pod, generation: 1, socket: `/s/${pod}` });
  return pod;
}

export function startPod(
  world: World,
  name: string,
  more: { parent?: PodId | null } & Record<string, unknown> = {},
): PodId {
  return start(world, spawn(world, name, more));
}

export function requestTurn(
  world: World,
  pod: PodId,
  turn = 1,
  more: Record<string, unknown> = {},
) {
  const params = { pod, generation: 1, turn, cause: "user", resumed: false, ...more };
  return world.must(actorOf(pod), "pod.turn_request", params);
}

export function endTurn(
  world: World,
  pod: PodId,
  turn = 1,
  more: Record<string, unknown> = {},
): void {
  const usage = { inputTokens: 0, outputTokens: 0, costMicroUsd: 0, toolCalls: 0, durationMs: 0 };
  const result = { summary: "", artifacts: [], branch: null, commit: null, usage };
  const { commit, ...rest } = more;
  const params = { pod, generation: 1, turn, cause: "user", outcome: "finished", message: null };
  const made = commit === undefined ? result : { ...result, commit };
  world.must(actorOf(pod), "pod.turn_end", { ...params, result: made, ...rest });
}

export function quiet(
  world: World,
  pod: PodId,
  { outboxSeq = 0, inbox = {} }: { outboxSeq?: number; inbox?: Record<string, number> } = {},
): boolean {
  const params = { pod, generation: 1, outboxSeq, inbox };
  return world.must(actorOf(pod), "pod.settled", params).settled;
}

export function exit(world: World, pod: PodId, more: Record<string, unknown> = {}) {
  const { lastSeq = 0, ...rest } = more;
  const ended = { code: 0, signal: null, cause: "finished", dirty: [], lastOutput: "", ...rest };
  return world.send(host, "host.exited", { pod, generation: 1, exit: ended, lastSeq });
}

export function acquire(
  world: World,
  actor: Actor,
  units: readonly string[],
  more: Record<string, unknown> = {},
) {
  return world.send(actor, "claim.acquire", AcquireClaim.parse({ units, ...more }));
}

/** Queues for up to a minute. */
export const patiently = { wait: { deadlineMs: 60_000 } };

export function podOf(world: World, id: PodId): PodRecord {
  return world.read("pod.get", { pod: id }).pod;
}

export const runId = "r00000001" as RunId;

export function submit(
  world: World,
  tasks: Record<string, Record<string, unknown>>,
  more: Record<string, unknown> = {},
): RunView {
  const plan = {
    path: "plan.yaml",
    base: { branch: "main", commit: baseCommit },
    maxConcurrentAgents: 5,
    tasks: Object.entries(tasks).map(([id, { dependsOn = [], ...rest }]) => ({
      id,
      spec: spec(id, rest),
      dependsOn,
    })),
    ...more,
  };
  return world.must(operator, "run.submit", { id: runId, plan }).run;
}

export function run(world: World): RunView {
  return world.read("run.get", { run: runId }).run;
}

/** The living pod of a name. */
export function named(world: World, name: string): PodId {
  const id = world.state.pods.byName.get(name);
  if (id === undefined) throw new Error(`no living pod is called ${name}`);
  return id;
}

/** The task's pod starts, takes one turn, and settles. */
export function work(world: World, name: string, more: Record<string, unknown> = {}): PodId {
  const id = start(world, named(world, name));
  requestTurn(world, id);
  endTurn(world, id, 1, more);
  quiet(world, id);
  return id;
}
