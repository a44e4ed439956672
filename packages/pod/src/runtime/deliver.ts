/**
 * Where a pod's events go: to its parent's socket, looked up on the log, or to the operator's
 * inbox for a pod without a parent.
 */
import { accepted, type Outcome, type PodEvent, type PodId, refused } from "@podlane/protocol";
import type { CoordinatorLink } from "../link/coordinator-link.ts";
import type { PodDialer } from "../link/pod-dialer.ts";

export function deliverToParent(
  pod: PodId,
  coordinator: Pick<CoordinatorLink, "ask">,
  dialer: Pick<PodDialer, "request">,
): (event: PodEvent) => Promise<Outcome<unknown>> {
  let socket: string | null = null;
  return async (event) => {
    // The address is asked for once and again after each failure: the parent may have moved, or
    // be gone and another pod, or the operator, in its place.
    if (socket === null) {
      const receiver = await findReceiver(coordinator, pod);
      if (!receiver.ok) return receiver;
      if (receiver.value === "operator") return coordinator.ask("inbox.pod_event", { event });
      socket = receiver.value.socket;
    }
    const outcome = await dialer.request(socket, "pod_event", { event });
    if (!outcome.ok) socket = null;
    return outcome;
  };
}

type Receiver = "operator" | { readonly socket: string };

async function findReceiver(
  coordinator: Pick<CoordinatorLink, "ask">,
  pod: PodId,
): Promise<Outcome<Receiver>> {
  const own = await coordinator.ask("pod.get", { pod });
  if (!own.ok) return own;
  const { parent } = own.value.pod;
  if (parent === null) return accepted("operator");
  const found = await coordinator.ask("pod.get", { pod: parent });
  const socket = found.ok ? found.value.pod.socket : null;
  if (socket === null) return refused("unavailable", "the parent has no socket now");
  return accepted({ socket });
}
