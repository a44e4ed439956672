/** What a host knows of its machine and workspace. */
import type { HostId, PodId } from "@podlane/protocol";
import type { StateLayout } from "@podlane/protocol/node";
import type { Repository } from "../workspace/repository.ts";
import type { Peers } from "./peers.ts";

export interface HostSetting {
  readonly hostId: HostId;
  readonly layout: StateLayout;
  readonly repository: Repository;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Program and arguments of a pod process, and of what it starts itself. */
  readonly podRuntime: readonly string[];
  readonly podCommand: readonly string[];
  readonly scriptEntry: string;
  readonly nodeFlags: readonly string[];
  readonly peers: Peers;
  readonly socketOf: (pod: PodId) => string;
  /** Aborted when the host stops: whatever would try again from now on, the next host does. */
  readonly stopping: AbortSignal;
  /** A line in the server's own log. */
  readonly note: (text: string) => void;
  readonly onFault: (fault: unknown) => void;
}

/** A pod that is not up by then will not be: it is killed, and the spawn is rolled back. */
export const bootDeadlineMs = 30_000;
