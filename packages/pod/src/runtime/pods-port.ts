/**
 * Other pods, as the agent's tools see them: spawn, list, send, read, wait, stop. Names are those
 * of this pod's own descendants; the log and the children's sockets do the rest.
 */
import {
  accepted,
  type ChildView,
  type CommandId,
  maxDeadlineMs,
  type Outcome,
  type PodId,
  type PodRecord,
  type Receipt,
  refused,
  type SpawnChild,
} from "@podlane/protocol";
import type { CoordinatorLink } from "../link/coordinator-link.ts";
import type { PodDialer } from "../link/pod-dialer.ts";
import type { PodsPort, PodResult, SpawnedPod, WaitOptions } from "../tools/tool-host.ts";
import { resultOf } from "./child-results.ts";
import type { TurnSlot } from "./turn-slot.ts";

export interface PodsPortOptions {
  readonly coordinator: CoordinatorLink;
  readonly dialer: PodDialer;
  readonly slot: TurnSlot;
  readonly children: () => readonly ChildView[];
  /** Commits what is dirty inside the scope and lends it; answers the child's record, ready. */
  readonly spawnChild: (request: SpawnChild, signal: AbortSignal) => Promise<Outcome<PodRecord>>;
  /**
   * This child's results were taken by a waiting call: they are not notified again. `ended`: its
   * `shut_down`, which may still be under way, was one of them.
   */
  readonly consume: (pod: PodId, ended: boolean) => void;
  /** Resolves when an ended child has left the registry, and with it the mirror of scopes. */
  readonly untilDropped: (pod: PodId) => Promise<void>;
  readonly nextCommandId: () => CommandId;
}

/** A stopped child leaves within its own deadline, or is killed. */
const stopDeadlineMs = 10_000;

export function createPodsPort(options: PodsPortOptions): PodsPort {
  const { coordinator, dialer, children } = options;
  /** Messages sent and not yet shown: a wait for their receiver is a wait for them too. */
  const unshown = new Map<PodId, CommandId>();
  const find = (name: string): Outcome<ChildView> => {
    const child = children().find((view) => view.name === name || view.id === name);
    return child === undefined
      ? refused("not_found", noSuchPod(name, children()))
      : accepted(child);
  };
  const waitFor = async (child: ChildView, signal: AbortSignal) => {
    await awaitShown(child, unshown.get(child.id), dialer, signal);
    unshown.delete(child.id);
    const params = { pod: child.id, until: "settled" } as const;
    const outcome = await coordinator.insist("pod.wait", params, { signal });
    if (!outcome.ok) return outcome;
    const { pod } = outcome.value;
    options.consume(child.id, pod.exit !== null);
    if (pod.exit !== null) await options.untilDropped(child.id);
    return accepted(resultOf(pod));
  };
  const port: PodsPort = {
    async spawn(request, waitMs, signal) {
      const spawned = await options.spawnChild(request, signal);
      if (!spawned.ok) return spawned;
      const { id: podId, name } = spawned.value;
      const pod: SpawnedPod = { podId, name, result: null };
      if (waitMs === null) return accepted(pod);
      const results = await port.wait([name], { mode: "all", timeoutMs: waitMs }, signal);
      return results.ok ? accepted({ ...pod, result: results.value[0] ?? null }) : results;
    },
    list: () => Promise.resolve(accepted(children())),
    async send(name, text, { wake }): Promise<Outcome<Receipt>> {
      const child = find(name);
      if (!child.ok) return child;
      const commandId = options.nextCommandId();
      const params = { message: { text }, autoRun: wake };
      const sent = await ask(child.value, (socket) =>
        dialer.request(socket, "notify", params, { commandId }),
      );
      if (sent.ok && wake) unshown.set(child.value.id, commandId);
      return sent;
    },
    async readOutput(name, page) {
      const child = find(name);
      if (!child.ok) return child;
      return ask(child.value, (socket) => dialer.request(socket, "read_output", page));
    },
    async wait(names, waitOptions, signal) {
      const found = names.map(find);
      const missing = found.find((outcome) => !outcome.ok);
      if (missing !== undefined && !missing.ok) return missing;
      const pods = found.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
      const ids = pods.map((pod) => pod.id);
      const mode = waitOptions.mode === "any" ? { mode: waitOptions.mode } : {};
      return options.slot.whileWaiting({ reason: "child", on: ids, ...mode, signal }, () =>
        waitForAll(pods, waitOptions, signal, waitFor),
      );
    },
    async stop(name) {
      const child = find(name);
      return child.ok ? stopChild(child.value.id, options) : child;
    },
  };
  return port;
}

/** Answers once the child's process is gone and this pod may write again what it was lent. */
async function stopChild(pod: PodId, options: PodsPortOptions): Promise<Outcome<void>> {
  const { coordinator, untilDropped } = options;
  const order = { pod, tree: true, deadlineMs: stopDeadlineMs };
  const stopped = await coordinator.insist("pod.stop", order);
  if (!stopped.ok) return stopped;
  const ended = await coordinator.insist("pod.wait", { pod, until: "ended" });
  if (!ended.ok) return ended;
  await untilDropped(pod);
  return accepted(undefined);
}

function ask<T>(
  child: ChildView,
  request: (socket: string) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  if (child.socket !== null) return request(child.socket);
  return Promise.resolve(refused("unavailable", `pod ${child.name} is ${child.state}`));
}

async function awaitShown(
  child: ChildView,
  commandId: CommandId | undefined,
  dialer: PodDialer,
  signal: AbortSignal,
): Promise<void> {
  if (commandId === undefined || child.socket === null) return;
  // Whatever the answer: the wait that follows asks the log, which knows of a dead receiver too.
  await dialer.request(child.socket, "await_receipt", { commandId }, { signal });
}

async function waitForAll(
  pods: readonly ChildView[],
  options: WaitOptions,
  signal: AbortSignal,
  waitFor: (pod: ChildView, signal: AbortSignal) => Promise<Outcome<PodResult>>,
): Promise<Outcome<readonly PodResult[]>> {
  const deadline = AbortSignal.timeout(Math.min(options.timeoutMs, maxDeadlineMs));
  const rest = new AbortController();
  const either = AbortSignal.any([signal, deadline, rest.signal]);
  const waits = pods.map((pod) => waitFor(pod, either));
  const outcomes = options.mode === "all" ? await Promise.all(waits) : [await Promise.race(waits)];
  rest.abort();
  const failed = outcomes.find((outcome) => !outcome.ok);
  if (deadline.aborted && failed !== undefined) {
    const names = pods.map((pod) => pod.name).join(", ");
    return refused("timeout", `${names}: not settled within ${options.timeoutMs} ms`);
  }
  if (failed !== undefined && !failed.ok) return failed;
  return accepted(outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : [])));
}

function noSuchPod(name: string, known: readonly ChildView[]): string {
  const names = known.map((child) => child.name).join(", ");
  return `no descendant is called '${name}'${names === "" ? "" : `; there are ${names}`}`;
}
