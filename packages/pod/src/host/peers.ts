/**
 * How a host speaks to pods: with its own credential, to their sockets; and where a dead pod's
 * words go.
 */
import type { Outcome, PodEvent, PodId } from "@podlane/protocol";

export interface Peers {
  /** Asks a pod to leave; the answer only says that it heard. */
  shutDown(
    socket: string,
    request: { deadlineMs: number; cause: "finished" | "requested" | "timeout" },
  ): Promise<Outcome<unknown>>;
  /** Gives one event to whoever receives for this pod now: its parent, or the operator's inbox. */
  deliver(from: PodId, event: PodEvent): Promise<Outcome<unknown>>;
}
