/**
 * Which pods a lifecycle verb means, and in which order: children before their parents.
 */
import type { PodRecord } from "@podlane/protocol";
import { usageFailure } from "./failure.ts";
import { pickPod } from "./pod-client.ts";

/** What a pod may take for an orderly end, unless told otherwise, before it is made to. */
export const orderlyEndMs = 10_000;

export interface Selection {
  readonly wanted: readonly string[];
  readonly tree: boolean;
  readonly all: boolean;
  /** The pod this runs inside: `all` means what hangs under it. */
  readonly own: string | null;
}

export function selectPods(pods: readonly PodRecord[], selection: Selection): PodRecord[] {
  const { wanted, tree, all, own } = selection;
  if (all === wanted.length > 0) throw usageFailure("name pods, or give --all");
  const named = all
    ? pods.filter((pod) => pod.exit === null && (own === null || isUnder(pods, pod, own)))
    : wanted.map((text) => pickPod(pods, text));
  const under = tree ? pods.filter((pod) => named.some((top) => isUnder(pods, pod, top.id))) : [];
  const chosen = [...new Map([...named, ...under].map((pod) => [pod.id, pod])).values()];
  return chosen.toSorted((a, b) => depthOf(pods, b) - depthOf(pods, a));
}

/** Everything below a pod, not the pod itself. */
export function isUnder(pods: readonly PodRecord[], pod: PodRecord, ancestor: string): boolean {
  return ancestorsOf(pods, pod).includes(ancestor);
}

function depthOf(pods: readonly PodRecord[], pod: PodRecord): number {
  return ancestorsOf(pods, pod).length;
}

function ancestorsOf(pods: readonly PodRecord[], pod: PodRecord): string[] {
  const above: string[] = [];
  for (let id = pod.parent; id !== null && !above.includes(id);) {
    above.push(id);
    id = pods.find((one) => one.id === id)?.parent ?? null;
  }
  return above;
}
