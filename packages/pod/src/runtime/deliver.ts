/**
 * Where a pod's events go: to its parent's socket, looked up on the log, or to the operator's
 * inbox for a pod without a parent.
 */
import type { Outcome, PodEvent, PodId } from "@podlane/protocol";
import { refused } from "@podlane/protocol";
import type { BootFile } from "../host/boot-file.ts";
import type { CoordinatorLink } from "../link/coordinator-link.ts";
import type { PodDialer } from "../link/pod-dialer.ts";

export function deliverToParent(
  boot: BootFile,
  coordinator: CoordinatorLink,
  dialer: PodDialer,
): (event: PodEvent) => Promise<Outcome<unknown>> {
  let socket: string | null = null;
  return async (event) => {
    if (boot.parent === null) return coordinator.ask("inbox.pod_event", { event });
    // The address is asked for once and again after each failure: the parent may have moved.
    socket ??= await findSocket(coordinator, boot.parent);
    if (socket === null) return refused("unavailable", "the parent has no socket now");
    const outcome = await dialer.request(socket, "pod_event", { event });
    if (!outcome.ok) socket = null;
    return outcome;
  };
}

async function findSocket(coordinator: CoordinatorLink, parent: PodId): Promise<string | null> {
  const found = await coordinator.ask("pod.get", { pod: parent });
  return found.ok ? found.value.pod.socket : null;
}
