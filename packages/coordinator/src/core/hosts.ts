/**
 * Hosts: the machines that run pods and merges. Only what the log must know to name an executor;
 * whether a host is connected right now is the shell's business.
 */
import type { HostId } from "@podlane/protocol";
import { accept } from "./decider.ts";
import type { Deciders } from "./decider.ts";
import { fact, subjectOf } from "./fact.ts";
import type { Evolvers } from "./fact.ts";
import type { WorkspaceState } from "./state.ts";

export interface HostEntry {
  readonly id: HostId;
  /** Of its first attachment: the oldest host is the default. */
  readonly seq: number;
  readonly capacity: number;
  readonly labels: readonly string[];
  readonly backends: readonly string[];
}

/** Named by pods that were spawned before any host attached. */
const localHost = "local" as HostId;

/** The host of work that nothing ties to another. */
export function defaultHost(state: WorkspaceState): HostId {
  const oldest = [...state.hosts.values()].toSorted((a, b) => a.seq - b.seq)[0];
  return oldest?.id ?? localHost;
}

type Offer = Pick<HostEntry, "capacity" | "labels" | "backends">;

function offerOf({ capacity, labels, backends }: Offer): Offer {
  return { capacity, labels, backends };
}

export const hostDeciders: Deciders<"host.attach"> = {
  "host.attach": (state, { hostId, capacity, labels, backends }) => {
    const known = state.hosts.get(hostId);
    const offer = { capacity, labels, backends };
    const events =
      known !== undefined && JSON.stringify(offerOf(known)) === JSON.stringify(offer)
        ? []
        : [fact("host.attached", subjectOf.host(hostId), { hostId, ...offer })];
    return accept<"host.attach">(events, () => ({ hostId }));
  },
};

export const hostEvolvers: Evolvers<"host.attached"> = {
  "host.attached": (state, { hostId, ...offer }, { event, undo }) => {
    const seq = state.hosts.get(hostId)?.seq ?? event.seq;
    undo.put(state.hosts, hostId, { id: hostId, seq, ...offerOf(offer) });
  },
};
