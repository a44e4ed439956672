/**
 * What hosts are wanted to do right now, as a pure view of the state. Level-triggered: an order
 * stands for as long as its effect is missing, so the shell compares with what it has sent, and
 * sends all of them again to a host that comes back. Hosts take a repeat of an order as done.
 */
import type { HostId, HostOrderMethods, ParsedParamsOf } from "@podlane/protocol";
import { defaultHost } from "./hosts.ts";
import type { MergeEntry } from "./merges/merges-slice.ts";
import { isExecuting, sortedMerges } from "./merges/merges-slice.ts";
import { hasLanded, wantsCollection } from "./pods/collection.ts";
import type { PodEntry } from "./pods/pods-slice.ts";
import { childrenOf, livingPods, wasEverStarted } from "./pods/tree.ts";
import type { WorkspaceState } from "./state.ts";

type OrderOf<M extends keyof HostOrderMethods> = {
  readonly method: M;
  readonly params: ParsedParamsOf<HostOrderMethods, M>;
  /** Two orders with one key are the same order. */
  readonly key: string;
};

export type HostOrder =
  | OrderOf<"host.start">
  | OrderOf<"host.signal">
  | OrderOf<"host.collect">
  | OrderOf<"host.merge">;

/** All orders for a host, in a deterministic order. */
export function wantedOrders(state: WorkspaceState, hostId: HostId): HostOrder[] {
  const isMine = (work: { readonly hostId: HostId }) => executorOf(state, work.hostId) === hostId;
  const living = livingPods(state).filter(isMine);
  const ended = state.pods.ended.flatMap((id) => state.pods.byId.get(id) ?? []).filter(isMine);
  return [
    ...living.filter(wantsStart).map(startOrder),
    ...living.filter((pod) => wantsSignal(state, pod)).flatMap(signalOrders),
    ...ended.filter((pod) => wantsCollection(state, pod)).map((pod) => collectOrder(state, pod)),
    ...sortedMerges(state.merges).filter(isMine).filter(isExecuting).flatMap(mergeOrders),
  ];
}

/** Work named for a host that never attached goes to the default one. */
function executorOf(state: WorkspaceState, hostId: HostId): HostId {
  return state.hosts.has(hostId) ? hostId : defaultHost(state);
}

function wantsStart(pod: PodEntry): boolean {
  return pod.state === "starting" && pod.startAttempt > 0 && pod.process === null;
}

function startOrder(pod: PodEntry): OrderOf<"host.start"> {
  const { id, generation, startAttempt: attempt, parent, path, scope, spec } = pod;
  const params = { pod: id, generation, attempt, parent, path, scope: [...scope], spec };
  return { method: "host.start", params, key: `start:${id}:${generation}:${attempt}` };
}

/** Leaves first: a pod leaves once no child that was told to leave is still there. */
function wantsSignal(state: WorkspaceState, pod: PodEntry): boolean {
  if (pod.stop === null || !wasEverStarted(pod)) return false;
  return !childrenOf(state, pod).some((child) => child.stop !== null);
}

function signalOrders({ id, generation, stop }: PodEntry): OrderOf<"host.signal">[] {
  if (stop === null) return [];
  const { mode, deadlineMs, cause } = stop;
  const params = { pod: id, generation, mode, deadlineMs, cause };
  return [
    {
      method: "host.signal",
      params,
      key: `signal:${id}:${generation}:${mode}:${deadlineMs}`,
    },
  ];
}

function collectOrder(state: WorkspaceState, pod: PodEntry): OrderOf<"host.collect"> {
  const landed = pod.topLevel && hasLanded(state, pod);
  return { method: "host.collect", params: { pod: pod.id, landed }, key: `collect:${pod.id}` };
}

function mergeOrders(merge: MergeEntry): OrderOf<"host.merge">[] {
  if (merge.fence === null) return [];
  const { id, fence, land, base, baseCommit, branch, commit, method, gate, setup } = merge;
  const resultBranch = `podlane/${merge.runId ?? merge.podName}`;
  const message =
    merge.title === "" ? `Merge ${merge.podName}` : `${merge.podName}: ${merge.title}`;
  const order = { land, base, baseCommit, branch, commit, method, gate, setup };
  const params = { merge: id, fence, ...order, resultBranch, message };
  return [{ method: "host.merge", params, key: `merge:${id}:${fence}` }];
}
